"""The clusters that the contract holds for: simulated ones and the real lab."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from apps.ganeti.rapi.client import Object, RapiClient
from apps.ganeti.rapi.transport import (
    CallLimiter,
    Endpoint,
    HttpTransport,
    Timeouts,
    Verification,
)
from apps.ganeti.rapi.versions import Capability, supports
from contrib.simulator import ClusterSpec, SimulatedCluster, Simulator
from tests.lab import Lab

FINAL = frozenset({"success", "error", "canceled"})
# Names of our own: the lab's clusters are shared.
OURS = f"contract{os.getpid()}"


@dataclass(frozen=True)
class Ganeti:
    """One cluster that the contract holds for, real or simulated."""

    endpoint: Endpoint
    hypervisor: str
    simulated: SimulatedCluster | None = None

    @property
    def client(self) -> RapiClient:
        return self.client_as(self.endpoint.username, self.endpoint.password)

    def client_as(self, username: str, password: str) -> RapiClient:
        endpoint = replace(self.endpoint, username=username, password=password)
        return RapiClient(HttpTransport(endpoint, Timeouts(5, 30), CallLimiter(4)))

    def can(self, capability: Capability) -> bool:
        return supports(self.client.ganeti_version(), capability)

    @property
    def deaf(self) -> bool:
        """Whether its machines do not hear that they should shut down.

        They run no operating system, and are switched off when their time is up.
        """
        return self.hypervisor == "kvm"

    def ended(self, job_id: int, seconds: float = 90) -> Object:
        """Return a job once it has ended."""
        end = time.monotonic() + seconds
        while True:
            job = self.client.job(job_id)
            assert job is not None
            if job["status"] in FINAL:
                return job
            assert time.monotonic() < end, f"job {job_id} is {job['status']}"
            time.sleep(0.2 if self.simulated is None else 0.005)

    def done(self, job_id: int) -> Object:
        """Return a job once it has succeeded."""
        job = self.ended(job_id)
        assert job["status"] == "success", job["opresult"]
        return job

    @contextmanager
    def slow_enough_to_watch(self) -> Iterator[None]:
        """Let simulated jobs take their time; the real ones do."""
        if self.simulated is not None:
            self.simulated.set_speed(3)
        yield
        if self.simulated is not None:
            self.simulated.set_speed(self.simulated.spec.speed)

    def new_instance(self, name: str, **changes: object) -> Object:
        """Return the body that creates a small machine, stopped."""
        return {
            "mode": "create",
            "name": name,
            "disk_template": "file",
            "disks": [{"size": 16}],
            "nics": [{}],
            "os": "image+default",
            "pnode": self.client.nodes()[0]["name"],
            "start": False,
            "beparams": {"memory": 32, "vcpus": 1},
            **changes,
        }

    @contextmanager
    def instance(self, name: str, **changes: object) -> Iterator[str]:
        """Have a machine for a while."""
        body = self.new_instance(name, **changes)
        self.done(self.client.create_instance(body, reason="contract"))
        if "tags" in body and not self.can(Capability.TAGS_FOR_NEW):
            tags = self.client.add_tags("instances", name, body["tags"], reason="")
            self.done(tags)
        try:
            yield name
        finally:
            # Deleting what runs would wait two minutes for the deaf.
            self.client.shutdown(name, reason="contract", timeout_s=0)
            self.done(self.client.delete_instance(name, reason="contract"))


def endpoint_of(cluster: SimulatedCluster) -> Endpoint:
    return Endpoint(
        host=cluster.host,
        port=cluster.port,
        username=cluster.spec.user,
        password=cluster.spec.password,
        verification=Verification.FINGERPRINT,
        fingerprint=cluster.fingerprint,
    )


@pytest.fixture
def simulated() -> Iterator[SimulatedCluster]:
    """Return a simulated cluster of the test's own."""
    spec = ClusterSpec(instances=2, speed=1000)
    with Simulator([spec]) as simulator:
        yield simulator.clusters[spec.name]


def simulate(version: str, hypervisor: str = "fake") -> Iterator[Ganeti]:
    spec = ClusterSpec.laboratory(version=version, hypervisor=hypervisor, speed=1000)
    with Simulator([spec]) as simulator:
        cluster = simulator.clusters[spec.name]
        yield Ganeti(endpoint_of(cluster), hypervisor, cluster)


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(("2.4", "fake"), id="simulated 2.4"),
        pytest.param(("2.5", "fake"), id="simulated 2.5"),
        pytest.param(("2.6", "fake"), id="simulated 2.6"),
        pytest.param(("2.8", "fake"), id="simulated 2.8"),
        pytest.param(("2.12", "kvm"), id="simulated 2.12 kvm"),
        pytest.param(("2.16", "fake"), id="simulated 2.16"),
        pytest.param(("3.0.2", "fake"), id="simulated 3.0"),
        pytest.param(("3.0.2", "kvm"), id="simulated 3.0 kvm"),
        pytest.param(("3.1.0", "fake"), id="simulated 3.1"),
        pytest.param("lab", id="real fake", marks=pytest.mark.lab),
        pytest.param("kvm_lab", id="real kvm", marks=pytest.mark.lab),
    ],
)
def ganeti(request: pytest.FixtureRequest) -> Iterator[Ganeti]:
    if not isinstance(request.param, str):
        yield from simulate(*request.param)
        return
    lab: Lab = request.getfixturevalue(request.param)
    endpoint = Endpoint(
        lab.host, lab.port, lab.username, lab.password, Verification.OFF
    )
    yield Ganeti(endpoint, lab.kind)


@pytest.fixture
def client(ganeti: Ganeti) -> RapiClient:
    return ganeti.client


@pytest.fixture(scope="session")
def machine(ganeti: Ganeti) -> Iterator[str]:
    """Return a machine that the tests share: each brings it to the state it needs."""
    tags = ["ganetimgr:user:alice"]
    with ganeti.instance(f"{OURS}a.example.org", tags=tags) as name:
        yield name


@pytest.fixture
def stopped(ganeti: Ganeti, machine: str) -> str:
    """Return the machine, stopped as it should be."""
    if ganeti.client.instance(machine)["status"] != "ADMIN_down":
        job_id = ganeti.client.shutdown(machine, reason="contract", timeout_s=0)
        ganeti.done(job_id)
    return machine


@pytest.fixture
def running(ganeti: Ganeti, machine: str) -> str:
    """Return the machine, running as it should be."""
    if ganeti.client.instance(machine)["status"] != "running":
        ganeti.done(ganeti.client.startup(machine, reason="contract"))
    return machine
