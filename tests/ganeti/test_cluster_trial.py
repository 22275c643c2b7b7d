"""Trial of a cluster before it is saved: its certificate, then its RAPI."""

from collections.abc import Iterator

import pytest

from apps.ganeti.models import Cluster
from apps.ganeti.services import cluster_trial
from contrib.simulator import ClusterSpec, SimulatedCluster, Simulator


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator([ClusterSpec(name="athens", nodes=3, instances=5)]) as simulator:
        yield simulator


@pytest.fixture
def athens(simulator: Simulator) -> SimulatedCluster:
    athens = simulator.clusters["athens"]
    athens.forget_calls()
    return athens


def unsaved(athens: SimulatedCluster, fingerprint: str = "") -> Cluster:
    cluster = Cluster(
        hostname=athens.host,
        port=athens.port,
        username="ganetimgr",
        verification=Cluster.Verify.FINGERPRINT,
        fingerprint=fingerprint,
    )
    cluster.password = "secret"
    return cluster


def test_a_new_certificate_must_be_confirmed_first(
    athens: SimulatedCluster,
) -> None:
    cluster = unsaved(athens)

    trial = cluster_trial.run(cluster)

    assert trial.to_confirm
    assert trial.to_confirm.fingerprint == athens.fingerprint
    assert trial.expected == cluster.fingerprint == ""
    assert not trial.report
    assert not trial.trouble
    assert athens.call_count == 0


def test_a_confirmed_certificate_is_pinned_and_the_cluster_examined(
    athens: SimulatedCluster,
) -> None:
    cluster = unsaved(athens)

    trial = cluster_trial.run(cluster, confirmed=athens.fingerprint)

    assert trial.report
    assert trial.report.instances == 5
    assert cluster.fingerprint.replace(":", "").lower() == athens.fingerprint
    assert cluster.can_write is True


def test_a_changed_certificate_must_be_confirmed(
    athens: SimulatedCluster,
) -> None:
    cluster = unsaved(athens, fingerprint="AA:BB")

    trial = cluster_trial.run(cluster, confirmed="cc" * 32)

    assert trial.to_confirm
    assert trial.expected == cluster.fingerprint == "AA:BB"
    assert athens.call_count == 0


def test_a_refused_password_is_reported(
    athens: SimulatedCluster,
) -> None:
    cluster = unsaved(athens)
    cluster.password = "wrong"

    trial = cluster_trial.run(cluster, confirmed=athens.fingerprint)

    assert trial.trouble
    assert trial.trouble.field == "password"
    assert not trial.report
    assert not trial.to_confirm
    assert cluster.can_write is None


def test_an_undecryptable_password_must_be_typed_again(
    athens: SimulatedCluster,
) -> None:
    cluster = unsaved(athens)
    cluster.password_encrypted = "not a token"

    trial = cluster_trial.run(cluster, confirmed=athens.fingerprint)

    assert trial.trouble
    assert trial.trouble.field == "password"
    assert athens.call_count == 0
