"""A simulated cluster per test, and an HTTP client of it."""

from __future__ import annotations

import ssl
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from contrib.simulator import ClusterSpec, SimulatedCluster, Simulator

Launch = Callable[..., SimulatedCluster]
JOB_TIMEOUT_S = 10
CERTIFICATES = tempfile.TemporaryDirectory()


@pytest.fixture
def launch() -> Iterator[Launch]:
    """Return a function that starts a cluster with these changes of the default."""
    simulators: list[Simulator] = []

    def start(**changes: Any) -> SimulatedCluster:
        spec = ClusterSpec(**{"instances": 5, "speed": 50, **changes})
        simulator = Simulator([spec])
        simulator.start()
        simulators.append(simulator)
        return simulator.clusters[spec.name]

    yield start
    for simulator in simulators:
        simulator.stop()


@pytest.fixture
def cluster(launch: Launch) -> SimulatedCluster:
    return launch()


def certificate_file(cluster: SimulatedCluster) -> str:
    path = Path(CERTIFICATES.name) / f"{cluster.fingerprint}.pem"
    path.write_text(cluster.certificate_pem)
    return str(path)


class Rapi:
    """HTTP client of the RAPI of one cluster."""

    def __init__(self, cluster: SimulatedCluster, timeout_s: float = 10) -> None:
        self.cluster = cluster
        self.timeout_s = timeout_s
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = certificate_file(cluster)
        self.session.auth = (cluster.spec.user, cluster.spec.password)

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        url = self.cluster.url + path
        return self.session.request(method, url, json=body, timeout=self.timeout_s)

    def get(self, path: str) -> Any:
        return self.call("GET", path).json()

    def submit_and_wait(
        self, method: str, path: str, body: Any = None
    ) -> dict[str, Any]:
        """Submit a job and return it once it has ended."""
        return self.wait_for_end(self.call(method, path, body).json())

    def wait_for_end(self, job_id: int) -> dict[str, Any]:
        deadline = time.monotonic() + JOB_TIMEOUT_S
        while time.monotonic() < deadline:
            job: dict[str, Any] = self.get(f"/2/jobs/{job_id}")
            if job["end_ts"]:
                return job
            time.sleep(0.01)
        pytest.fail(f"job {job_id} did not end in {JOB_TIMEOUT_S} s")

    def query(
        self, fields: list[str], condition: Any = None, resource: str = "instance"
    ) -> list[list[Any]]:
        """Return the rows of a query."""
        body = {"fields": fields, "filter": condition}
        response = self.call("PUT", f"/2/query/{resource}", body).json()
        rows: list[list[Any]] = response["data"]
        return rows


@pytest.fixture
def rapi(cluster: SimulatedCluster) -> Rapi:
    return Rapi(cluster)


def served_certificate(cluster: SimulatedCluster) -> str:
    return ssl.get_server_certificate((cluster.host, cluster.port))
