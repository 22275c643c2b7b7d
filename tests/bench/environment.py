"""The environment of a part: the product in a directory, and its services."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
import requests

from tests import services
from tests.product import Product

Description = dict[str, Any]
# Pages with charts don't ask Prometheus themselves.
NOWHERE = "http://127.0.0.1:9"
IMAGES = {"bench": {"description": "An image", "provider": "image+default"}}


@dataclass(frozen=True, slots=True)
class SimulatedClusters:
    """A running simulator: its clusters and controls."""

    clusters: list[Description]
    control_url: str

    def control(self, cluster: str, name: str, **arguments: Any) -> None:
        url = f"{self.control_url}/{cluster}/{name}"
        requests.post(url, json=arguments, timeout=10).raise_for_status()

    def calls(self, cluster: str) -> list[tuple[str, str]]:
        """Return method and path of all calls since the last ``forget_calls``."""
        url = f"{self.control_url}/{cluster}/calls"
        answer = requests.get(url, timeout=10).json()
        return [(method, path) for method, path in answer["calls"]]


@contextmanager
def simulator(directory: Path, *options: str) -> Iterator[SimulatedClusters]:
    """Run simulated clusters in another process."""
    ready_file = directory / "simulator.json"
    command = [
        sys.executable,
        "-m",
        "contrib.simulator",
        "--ready-file",
        str(ready_file),
    ]
    with (directory / "simulator.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*command, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        services.wait_until(ready_file.exists, 60, "the simulator")
        document = json.loads(ready_file.read_text())
        yield SimulatedClusters(document["clusters"], document["control_url"])
    finally:
        services.end(process)


@dataclass(frozen=True, slots=True)
class Environment:
    """The product in a directory; its processes are started by the part."""

    directory: Path
    product: Product


@contextmanager
def create_environment(directory: Path, *, shared: bool) -> Iterator[Environment]:
    """Prepare the product in a directory, and set Django up in this process.

    ``shared``: with Redis and beanstalkd, as several hosts would; else the embedded
    default.
    """
    (directory / "state").mkdir(mode=0o700)
    with ExitStack() as stack:
        settings: dict[str, Any] = {
            "OPERATING_SYSTEMS": IMAGES,
            "PROMETHEUS_URL": NOWHERE,
        }
        if shared:
            settings["CACHES"] = stack.enter_context(services.Redis()).caches
            settings["BEANSTALK_URL"] = stack.enter_context(services.Beanstalkd()).url
        product = Product(directory, watchers=0, workers=2, **settings)
        stack.callback(product.stop)
        django.setup()
        # Parts cause warnings on purpose.
        logging.disable(logging.WARNING)
        product.manage("migrate", "--verbosity=0")
        product.manage("collectstatic", "--noinput", "--verbosity=0")
        yield Environment(directory, product)
