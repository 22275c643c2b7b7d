"""Examination of a cluster: certificate, user, version, contents."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import translation

from apps.ganeti.rapi.transport import Endpoint, Verification
from apps.ganeti.services import cluster_check
from apps.ganeti.services.cluster_check import CannotConnect, ClusterReport
from contrib.simulator import ClusterSpec, SimulatedCluster, Simulator


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    specs = [
        ClusterSpec(name="athens", nodes=3, instances=5),
        ClusterSpec(name="berlin", instances=1, require_authentication=False),
        ClusterSpec(name="oldie", instances=0, version="2.3"),
        *(
            ClusterSpec(name=f"old{version}", nodes=2, instances=3, version=version)
            for version in ("2.4", "2.5", "2.6")
        ),
    ]
    with Simulator(specs) as simulator:
        yield simulator


@pytest.fixture
def athens(simulator: Simulator) -> SimulatedCluster:
    return simulator.clusters["athens"]


def endpoint(cluster: SimulatedCluster) -> Endpoint:
    return Endpoint(
        host=cluster.host,
        port=cluster.port,
        username="ganetimgr",
        password="secret",
        verification=Verification.FINGERPRINT,
        fingerprint=cluster.fingerprint,
    )


def examination_error(target: Endpoint) -> CannotConnect:
    with pytest.raises(CannotConnect) as exc_info:
        cluster_check.check(target)
    return exc_info.value


def test_a_working_cluster_is_reported(athens: SimulatedCluster) -> None:
    report = cluster_check.check(endpoint(athens))

    assert report == ClusterReport("athens", "3.0.2", 3, 5, can_write=True)
    assert str(report) == (
        "athens: Ganeti 3.0.2, 3 nodes, 5 instances; "
        "its RAPI user has read and write access."
    )


def test_the_fingerprint_is_formatted_as_openssl_does(
    athens: SimulatedCluster,
) -> None:
    certificate = cluster_check.fetch_certificate(athens.host, athens.port)

    assert certificate.fingerprint == athens.fingerprint
    assert (
        certificate.formatted_fingerprint.replace(":", "").lower() == athens.fingerprint
    )
    assert certificate.subject == "CN=athens"


def test_the_check_changes_nothing_and_queries_no_node(
    athens: SimulatedCluster,
) -> None:
    athens.forget_calls()

    cluster_check.check(endpoint(athens))

    assert len(athens.calls) == 4
    assert not [call for call in athens.calls if call.method == "POST"]
    assert athens.master.cluster.instances.keys()


def test_a_user_with_read_access_is_accepted(
    athens: SimulatedCluster,
) -> None:
    report = cluster_check.check(replace(endpoint(athens), username="viewer"))

    assert report.can_write is False
    assert "every action will fail" in str(report)


@pytest.mark.parametrize("name", ["athens", "berlin"])
def test_a_wrong_password_is_reported_even_if_reads_are_open(
    simulator: Simulator, name: str
) -> None:
    target = replace(endpoint(simulator.clusters[name]), password="guessed")

    exc = examination_error(target)

    assert exc.field == "password"
    assert "wrong password" in str(exc)


@pytest.mark.parametrize("name", ["athens", "berlin"])
def test_a_user_name_is_required_even_if_reads_are_open(
    simulator: Simulator, name: str
) -> None:
    target = replace(endpoint(simulator.clusters[name]), username="", password="")

    assert examination_error(target).field == "username"


def test_a_version_that_is_too_old_is_reported(simulator: Simulator) -> None:
    exc = examination_error(endpoint(simulator.clusters["oldie"]))

    assert "Ganeti 2.3" in str(exc)
    assert "2.4 or newer" in str(exc)


@pytest.mark.parametrize("version", ["2.4", "2.5", "2.6"])
def test_old_versions_are_examined(simulator: Simulator, version: str) -> None:
    report = cluster_check.check(endpoint(simulator.clusters[f"old{version}"]))

    assert report.version.startswith(version)
    assert (report.nodes, report.instances) == (2, 3)


def test_no_password_is_sent_to_another_certificate(athens: SimulatedCluster) -> None:
    athens.forget_calls()

    exc = examination_error(replace(endpoint(athens), fingerprint="ab" * 32))

    assert exc.field == "fingerprint"
    assert athens.fingerprint[:2].upper() in str(exc)
    assert athens.call_count == 0


def test_without_a_fingerprint_nothing_is_sent(athens: SimulatedCluster) -> None:
    athens.forget_calls()

    exc = examination_error(replace(endpoint(athens), fingerprint=""))

    assert exc.field == "fingerprint"
    assert athens.call_count == 0


def test_a_self_signed_certificate_is_not_trusted_by_the_system(
    athens: SimulatedCluster,
) -> None:
    exc = examination_error(replace(endpoint(athens), verification=Verification.SYSTEM))

    assert exc.field == "verification"
    assert "pin the fingerprint" in str(exc)


def test_a_certificate_signed_by_the_ca_file_is_trusted(
    athens: SimulatedCluster, tmp_path: Path
) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(athens.certificate_pem)
    target = endpoint(athens)
    by_file = replace(target, verification=Verification.CA_FILE, ca_file=str(path))

    assert cluster_check.check(by_file).can_write is True


def test_a_missing_ca_file_is_reported(
    athens: SimulatedCluster,
) -> None:
    by_file = replace(
        endpoint(athens), verification=Verification.CA_FILE, ca_file="/nowhere.pem"
    )

    exc = examination_error(by_file)

    assert exc.field == "ca_file"
    assert "/nowhere.pem" in str(exc)


def test_the_environment_does_not_change_trust(
    athens: SimulatedCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(athens.certificate_pem)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    exc = examination_error(replace(endpoint(athens), verification=Verification.SYSTEM))

    assert exc.field == "verification"


def test_an_unreachable_cluster_is_reported_with_a_hint(
    athens: SimulatedCluster,
) -> None:
    athens.go_down()
    try:
        exc = examination_error(endpoint(athens))
        with pytest.raises(CannotConnect, match="No response"):
            cluster_check.fetch_certificate(athens.host, athens.port)
    finally:
        athens.come_back()

    assert exc.field == "hostname"
    assert "Check that ganeti-rapi is running" in str(exc)


def test_an_error_page_of_a_proxy_is_reported(
    athens: SimulatedCluster,
) -> None:
    athens.bad_gateway()
    try:
        exc = examination_error(endpoint(athens))
    finally:
        athens.come_back()

    assert "isn't Ganeti" in str(exc)


def test_several_clusters_are_examined_with_separate_outcomes(
    simulator: Simulator,
) -> None:
    working, too_old = (
        endpoint(simulator.clusters["athens"]),
        endpoint(simulator.clusters["oldie"]),
    )

    with translation.override("en"):
        outcomes = cluster_check.check_all([too_old, working])

    assert isinstance(outcomes[0], CannotConnect)
    assert isinstance(outcomes[1], ClusterReport)
    assert outcomes[1].name == "athens"
