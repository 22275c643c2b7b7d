"""Host names: validation and reservation."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from apps.applications.models import InstanceApplication
from apps.applications.states import FINAL, OPEN, Status
from apps.ganeti.models import Cluster, Job
from apps.ganeti.reads import hostnames
from apps.ganeti.state import refreshing, snapshots
from tests.applications.conftest import Make
from tests.ganeti.fakes import FakeRapi


@pytest.mark.parametrize(
    ("typed", "hostname"),
    [
        ("web1.example.org", "web1.example.org"),
        ("  WEB1.Example.Org.\n", "web1.example.org"),
        ("a.b", "a.b"),
        ("xn--mxa.example.org", "xn--mxa.example.org"),
        ("1.example.org", "1.example.org"),
        (f"{'a' * 63}.org", f"{'a' * 63}.org"),
    ],
)
def test_a_name_is_normalized(typed: str, hostname: str) -> None:
    assert hostnames.validate_hostname(typed) == hostname


@pytest.mark.parametrize(
    "typed",
    [
        "",
        ".",
        "web1",
        "web1.example.org..",
        "web1..example.org",
        ".example.org",
        "-web1.example.org",
        "web1-.example.org",
        "web_1.example.org",
        "web 1.example.org",
        "web1.example.org/24",
        "https://web1.example.org",
        "192.0.2.1",
        "2001:db8::1",
        "web1.42",
        "ιστός.example.org",
        f"{'a' * 64}.org",
        ".".join(["a" * 60] * 5),
        "web1\x00.example.org",
    ],
)
def test_an_invalid_name_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        hostnames.validate_hostname(typed)


@given(st.text())
def test_any_text_is_normalized_or_refused(typed: str) -> None:
    try:
        name = hostnames.validate_hostname(typed)
    except ValidationError:
        return
    assert hostnames.validate_hostname(name) == name


@pytest.mark.usefixtures("published")
def test_the_name_of_any_machine_is_taken() -> None:
    assert hostnames.check("db1").taken_on == "athens"
    assert not hostnames.check("db1").free
    assert hostnames.check("new1.example.org") == hostnames.HostnameStatus()


def test_names_of_machines_are_compared_without_case(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.add("Web1.Example.ORG")
    rapi.add("Broken.Example.ORG", ctime=1e18)
    refreshing.refresh(cluster, force=True)

    for name in ("web1.example.org", "WEB1.example.org", "broken.example.org"):
        assert hostnames.check(name).taken_on == "athens"


def test_a_cluster_without_snapshot_is_reported(cluster: Cluster) -> None:
    status = hostnames.check("new1.example.org")

    assert status.unreachable == ("athens",)
    assert status.free


def test_names_of_a_cluster_that_is_down_stay_taken(
    cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)

    assert hostnames.check("new1.example.org").unreachable == ("athens",)
    assert hostnames.check("web1").taken_on == "athens"


def test_a_disabled_cluster_is_ignored(cluster: Cluster, published: FakeRapi) -> None:
    Cluster.objects.update(disabled=True)

    assert hostnames.check("web1") == hostnames.HostnameStatus()


def test_no_cluster_is_called(cluster: Cluster, published: FakeRapi) -> None:
    snapshots.forget()
    hostnames.check("web1")

    assert published.calls == []


def test_a_name_that_a_machine_is_being_renamed_to_is_taken(
    cluster: Cluster, published: FakeRapi, alice: User
) -> None:
    Job.objects.create(
        key="k",
        cluster=cluster,
        kind=Job.Kind.RENAME,
        target_name="web1",
        new_name="new1.example.org",
        user=alice,
    )

    assert hostnames.check("new1.example.org").taken_on == "athens"


@pytest.mark.parametrize("status", sorted(OPEN))
def test_an_open_application_reserves_its_name(
    make_application: Make, status: Status
) -> None:
    make_application(hostname="new1.example.org", status=status)

    assert hostnames.check("new1.example.org").reserved


@pytest.mark.parametrize("status", sorted(FINAL))
def test_a_finished_application_does_not_reserve_its_name(
    make_application: Make, status: Status
) -> None:
    make_application(hostname="new1.example.org", status=status)

    assert not hostnames.check("new1.example.org").reserved


def test_an_application_does_not_block_its_own_name(
    application: InstanceApplication,
) -> None:
    status = hostnames.check(application.hostname, apart_from=application.pk)

    assert status.free
