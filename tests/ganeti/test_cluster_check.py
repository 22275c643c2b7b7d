"""A cluster is tried: certificate, user, version, what is there."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import translation

from apps.ganeti.rapi.transport import Endpoint, Verification
from apps.ganeti.services import cluster_check
from apps.ganeti.services.cluster_check import CannotConnect, Report
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


def trouble(place: Endpoint) -> CannotConnect:
    with pytest.raises(CannotConnect) as caught:
        cluster_check.examine(place)
    return caught.value


def test_a_working_cluster_says_what_it_is(athens: SimulatedCluster) -> None:
    report = cluster_check.examine(endpoint(athens))

    assert report == Report("athens", "3.0.2", 3, 5, can_write=True)
    assert str(report) == (
        "athens: Ganeti 3.0.2, 3 nodes, 5 instances; "
        "its RAPI user has read and write access."
    )


def test_the_certificate_is_shown_as_openssl_prints_it(
    athens: SimulatedCluster,
) -> None:
    shown = cluster_check.look(athens.host, athens.port)

    assert shown.fingerprint == athens.fingerprint
    assert shown.formatted_fingerprint.replace(":", "").lower() == athens.fingerprint
    assert shown.subject == "CN=athens"


def test_trying_changes_nothing_and_waits_for_no_node(
    athens: SimulatedCluster,
) -> None:
    athens.forget_calls()

    cluster_check.examine(endpoint(athens))

    assert len(athens.calls) == 4
    assert not [call for call in athens.calls if call.method == "POST"]
    assert athens.master.cluster.instances.keys()


def test_a_user_who_may_only_read_is_accepted_as_such(
    athens: SimulatedCluster,
) -> None:
    report = cluster_check.examine(replace(endpoint(athens), username="viewer"))

    assert report.can_write is False
    assert "every action will fail" in str(report)


@pytest.mark.parametrize("name", ["athens", "berlin"])
def test_a_wrong_password_is_noticed_even_where_reads_are_open(
    simulator: Simulator, name: str
) -> None:
    place = replace(endpoint(simulator.clusters[name]), password="guessed")

    exc = trouble(place)

    assert exc.field == "password"
    assert "wrong password" in str(exc)


@pytest.mark.parametrize("name", ["athens", "berlin"])
def test_a_user_is_wanted_even_where_reads_are_open(
    simulator: Simulator, name: str
) -> None:
    place = replace(endpoint(simulator.clusters[name]), username="", password="")

    assert trouble(place).field == "username"


def test_a_version_that_is_too_old_is_named(simulator: Simulator) -> None:
    exc = trouble(endpoint(simulator.clusters["oldie"]))

    assert "Ganeti 2.3" in str(exc)
    assert "2.4 or newer" in str(exc)


@pytest.mark.parametrize("version", ["2.4", "2.5", "2.6"])
def test_old_versions_are_examined(simulator: Simulator, version: str) -> None:
    report = cluster_check.examine(endpoint(simulator.clusters[f"old{version}"]))

    assert report.version.startswith(version)
    assert (report.nodes, report.instances) == (2, 3)


def test_another_certificate_gets_no_password(athens: SimulatedCluster) -> None:
    athens.forget_calls()

    exc = trouble(replace(endpoint(athens), fingerprint="ab" * 32))

    assert exc.field == "fingerprint"
    assert athens.fingerprint[:2].upper() in str(exc)
    assert athens.call_count == 0


def test_without_a_fingerprint_nothing_is_sent(athens: SimulatedCluster) -> None:
    athens.forget_calls()

    exc = trouble(replace(endpoint(athens), fingerprint=""))

    assert exc.field == "fingerprint"
    assert athens.call_count == 0


def test_a_self_signed_certificate_is_not_trusted_by_the_system(
    athens: SimulatedCluster,
) -> None:
    exc = trouble(replace(endpoint(athens), verification=Verification.SYSTEM))

    assert exc.field == "verification"
    assert "pin the fingerprint" in str(exc)


def test_a_ca_file_that_signed_it_is_enough(
    athens: SimulatedCluster, tmp_path: Path
) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(athens.certificate_pem)
    place = endpoint(athens)
    by_file = replace(place, verification=Verification.CA_FILE, ca_file=str(path))

    assert cluster_check.examine(by_file).can_write is True


def test_a_ca_file_that_is_gone_is_an_answer_not_a_crash(
    athens: SimulatedCluster,
) -> None:
    by_file = replace(
        endpoint(athens), verification=Verification.CA_FILE, ca_file="/nowhere.pem"
    )

    exc = trouble(by_file)

    assert exc.field == "ca_file"
    assert "/nowhere.pem" in str(exc)


def test_the_environment_changes_nothing_about_trust(
    athens: SimulatedCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(athens.certificate_pem)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    exc = trouble(replace(endpoint(athens), verification=Verification.SYSTEM))

    assert exc.field == "verification"


def test_nobody_there_is_said_with_what_to_look_at(athens: SimulatedCluster) -> None:
    athens.go_down()
    try:
        exc = trouble(endpoint(athens))
        with pytest.raises(CannotConnect, match="No response"):
            cluster_check.look(athens.host, athens.port)
    finally:
        athens.come_back()

    assert exc.field == "hostname"
    assert "Check that ganeti-rapi is running" in str(exc)


def test_a_page_from_something_in_between_is_not_taken_for_ganeti(
    athens: SimulatedCluster,
) -> None:
    athens.bad_gateway()
    try:
        exc = trouble(endpoint(athens))
    finally:
        athens.come_back()

    assert "isn't Ganeti" in str(exc)


def test_several_are_tried_side_by_side_and_each_speaks_for_itself(
    simulator: Simulator,
) -> None:
    good, bad = (
        endpoint(simulator.clusters["athens"]),
        endpoint(simulator.clusters["oldie"]),
    )

    with translation.override("en"):
        outcomes = cluster_check.examine_all([bad, good])

    assert isinstance(outcomes[0], CannotConnect)
    assert isinstance(outcomes[1], Report)
    assert outcomes[1].name == "athens"
