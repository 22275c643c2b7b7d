"""Parts of the benchmark, each run in a process and a directory of its own."""

import importlib
import os
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.bench.other_load import OtherLoad
from tests.bench.table import Line


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the benchmark.

    ``shared``: with Redis and beanstalkd. ``lab``: on the real lab, if it is up.
    """

    name: str
    module: str
    shared: bool
    lab: bool = False

    @property
    def title(self) -> str:
        services = "Redis, beanstalkd" if self.shared else "file cache, no queue"
        return f"{self.name} ({services})"


PARTS = (
    Part("list", "lists", shared=False),
    Part("list", "lists", shared=True),
    Part("pages", "pages", shared=False),
    Part("pages", "pages", shared=True),
    Part("search", "search", shared=False),
    Part("codec", "codec", shared=False),
    Part("refresh", "refreshes", shared=True),
    Part("jobs", "jobs", shared=False),
    Part("jobs", "jobs", shared=True),
    Part("queues", "queues", shared=False),
    Part("building", "building", shared=False, lab=True),
    Part("building", "building", shared=True, lab=True),
    Part("viewing", "viewing", shared=False, lab=True),
    Part("recipients", "recipients", shared=False),
    Part("memory", "memory", shared=True),
    Part("polling", "polling", shared=True),
)
NAMES = list(dict.fromkeys(part.name for part in PARTS))


def run(part: Part) -> tuple[list[Line], float]:
    """Run one part; return its lines and the cores used by other processes.

    Runs in a process of its own because of the settings. Other processes may be the
    cause of a missed target.
    """
    # Exit normally on SIGTERM, so that servers are stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with OtherLoad() as load:
        lines = measure(part)
    return lines, load.cores


def measure(part: Part) -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="ganetimgr-bench-") as directory:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "ganetimgr.settings",
            "GANETIMGR_SETTINGS": f"{directory}/settings.py",
            "GANETIMGR_STATE": f"{directory}/state",
        }
        # Both read settings, or need Django set up, when they are imported.
        environments = importlib.import_module("tests.bench.environment")
        with environments.create_environment(
            Path(directory), shared=part.shared
        ) as environment:
            module = importlib.import_module(f"tests.bench.{part.module}")
            lines: list[Line] = module.run(environment)
            return lines
