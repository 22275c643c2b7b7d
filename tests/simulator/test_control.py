"""The simulator as a process of its own, controlled over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 15


@pytest.fixture
def description(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Start two clusters; return the content of the ready file."""
    file = tmp_path / "ready.json"
    command = [sys.executable, "-m", "contrib.simulator", "--clusters", "2"]
    options = ["--instances", "30", "--owners", "alice:7", "--ready-file", str(file)]
    process = subprocess.Popen(  # noqa: S603
        [*command, *options], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + START_TIMEOUT_S
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    document = json.loads(file.read_text())
    for cluster in document["clusters"]:
        pem = tmp_path / f"{cluster['name']}.pem"
        pem.write_text(cluster["certificate_pem"])
        cluster["trusted"] = str(pem)
    yield document
    process.terminate()
    assert process.wait(5) == 0


def test_controls_work_over_http(description: dict[str, Any]) -> None:
    control, cluster = description["control_url"], description["clusters"][0]
    auth = (cluster["user"], cluster["password"])

    def version() -> requests.Response:
        url = f"{cluster['url']}/version"
        return requests.get(url, auth=auth, verify=cluster["trusted"], timeout=5)

    def post(name: str, **arguments: Any) -> int:
        url = f"{control}/{cluster['name']}/{name}"
        return requests.post(url, json=arguments, timeout=5).status_code

    assert version().json() == 2
    assert post("go_down") == 200
    with pytest.raises(requests.ConnectionError):
        version()
    assert post("come_back") == 200
    assert version().json() == 2
    assert post("no_such_control") == 404
    assert post("set_latency", nonsense=1) == 400

    calls = requests.get(f"{control}/{cluster['name']}/calls", timeout=5).json()
    assert calls["calls"] == [["GET", "/version"]] * 2


def test_instances_are_spread_over_the_clusters(description: dict[str, Any]) -> None:
    assert [cluster["instances"] for cluster in description["clusters"]] == [15, 15]
