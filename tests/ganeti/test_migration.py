"""Migrating an instance and failing it over, for superusers."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.auditlog.models import AuditEntry
from apps.ganeti.jobs import planned, tracking
from apps.ganeti.models import Cluster, Job
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FakeRapi, node_fields
from tests.ganeti.pages import markup, notices, page, text, url


@pytest.fixture
def shared(cluster: Cluster, rapi: FakeRapi) -> FakeRapi:
    """Return a cluster whose web1 may go to any of its group's nodes."""
    rapi.change("web1", disk_template="sharedfile", snodes=[])
    rapi.nodes["node4"] = node_fields("node4", offline=True)
    rapi.nodes["node5"] = node_fields("node5", drained=True)
    assert refreshing.refresh(cluster, force=True)
    return rapi


@pytest.fixture
def admin(client: Client, root: User) -> Client:
    client.force_login(root)
    return client


def test_an_instance_is_migrated_to_the_node_chosen(
    admin: Client, shared: FakeRapi
) -> None:
    options = {"target_node": "node2", "live": "on", "allow_failover": "on"}

    answer = admin.post(url("migrate"), options, follow=True)

    call = shared.jobs[0].call
    assert (call.method, call.path) == ("PUT", "/2/instances/web1/migrate")
    assert call.body == {
        "mode": "live",
        "target_node": "node2",
        "allow_failover": True,
        "cleanup": False,
    }
    assert "Migrating to another node…" in notices(answer)[0]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.detail) == ("migrate", "migrate: node2")


def test_ganeti_chooses_the_node_and_pauses_the_instance_if_it_is_to(
    admin: Client, shared: FakeRapi
) -> None:
    admin.post(url("migrate"))

    body = {"mode": "non-live", "allow_failover": False, "cleanup": False}
    assert shared.jobs[0].call.body == body


def test_an_instance_is_failed_over(admin: Client, shared: FakeRapi) -> None:
    options = {"target_node": "node2", "ignore_consistency": "on"}

    admin.post(url("failover"), options)

    call = shared.jobs[0].call
    assert (call.method, call.path) == ("PUT", "/2/instances/web1/failover")
    assert call.body == {"target_node": "node2", "ignore_consistency": True}


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        ("node1", "current node"),
        ("node4", "offline"),
        ("node5", "drained"),
    ],
)
def test_a_node_that_cannot_take_it_is_off_with_the_reason(
    admin: Client, shared: FakeRapi, node: str, reason: str
) -> None:
    shown = page(admin)
    answer = admin.post(url("migrate"), {"target_node": node})

    assert f"{node} ({reason})" in text(shown)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert f"{node} isn't available: {reason}." in text(markup(answer))
    assert shared.jobs == []


@pytest.mark.parametrize("node", ["node3", "elsewhere"])
def test_a_node_of_another_group_or_of_none_is_not_offered(
    admin: Client, shared: FakeRapi, node: str
) -> None:
    answer = admin.post(url("failover"), {"target_node": node})

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert shared.jobs == []


def test_drbd_goes_to_the_node_that_mirrors_it(
    admin: Client, cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.nodes["node4"] = node_fields("node4")
    assert refreshing.refresh(cluster, force=True)

    shown = text(page(admin))
    refused = admin.post(url("migrate"), {"target_node": "node4"})
    admin.post(url("migrate"), {"target_node": "node2"})

    assert "node4 (doesn't mirror its disks)" in shown
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    # Ganeti takes no target where there is but one.
    assert "target_node" not in rapi.jobs[0].call.body


def test_disks_on_one_node_keep_it_there(
    admin: Client, cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.change("web1", disk_template="plain", snodes=[])
    assert refreshing.refresh(cluster, force=True)

    assert "Its disks are on one node only." in text(page(admin))


def test_what_does_not_run_can_only_be_failed_over(
    admin: Client, shared: FakeRapi
) -> None:
    drawn = page(admin, "web2")

    assert url("failover", "web2") in drawn
    assert url("migrate", "web2") not in drawn


def test_the_node_may_be_down_when_an_instance_is_failed_over(
    admin: Client, cluster: Cluster, shared: FakeRapi
) -> None:
    shared.change("web1", status="ERROR_nodedown", oper_state=None)
    assert refreshing.refresh(cluster, force=True)

    drawn = page(admin)

    assert url("failover") in drawn
    assert url("migrate") not in drawn


@pytest.mark.usefixtures("shared")
def test_others_have_no_buttons_for_it(client: Client, alice: User, olga: User) -> None:
    for person in (alice, olga):
        client.force_login(person)
        drawn = page(client)

        assert "Migrate" not in text(drawn)
        assert "Fail over" not in text(drawn)


def test_a_failover_puts_parameters_in_force_that_waited_for_a_reboot(
    admin: Client, cluster: Cluster, shared: FakeRapi
) -> None:
    shared.change("web1", tags=["ganetimgr:user:alice", "ganetimgr:needsreboot"])
    assert refreshing.refresh(cluster, force=True)
    admin.post(url("failover"))
    job = Job.objects.get()
    shared.finish(1)

    tracking.end_job(job, tracking.fetch_reports(cluster, [job])[1])
    planned.submit_planned()

    assert shared.jobs[1].call.path == "/2/instances/web1/tags"
    assert shared.jobs[1].call.method == "DELETE"
