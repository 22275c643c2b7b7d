"""A simulated cluster, and a client of a superuser."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from contrib.simulator import ClusterSpec, SimulatedCluster, Simulator


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    specs = [
        ClusterSpec(name="athens", nodes=3, instances=5),
        ClusterSpec(name="oldie", instances=0, version="2.3"),
    ]
    with Simulator(specs) as simulator:
        yield simulator


@pytest.fixture
def athens(simulator: Simulator) -> Iterator[SimulatedCluster]:
    cluster = simulator.clusters["athens"]
    cluster.forget_calls()
    yield cluster
    cluster.come_back()


@pytest.fixture
def admin(client: Client, root: User) -> Client:
    client.force_login(root)
    return client
