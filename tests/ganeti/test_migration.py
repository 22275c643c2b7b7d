"""Migration and failover by superusers."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.auditlog.models import AuditEntry
from apps.ganeti.jobs import planned, tracking
from apps.ganeti.models import Cluster, Job
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, notices, page, text, url
from tests.ganeti.query_fields import node_fields


@pytest.fixture
def shared(cluster: Cluster, rapi: FakeRapi) -> FakeRapi:
    """Return the RAPI with web1 on shared disks, and two unsuitable nodes."""
    rapi.change("web1", disk_template="sharedfile", snodes=[])
    rapi.nodes["node4"] = node_fields("node4", offline=True)
    rapi.nodes["node5"] = node_fields("node5", drained=True)
    assert refreshing.refresh(cluster, force=True)
    return rapi


@pytest.fixture
def admin(client: Client, root: User) -> Client:
    client.force_login(root)
    return client


def test_an_instance_is_migrated_to_the_chosen_node(
    admin: Client, shared: FakeRapi
) -> None:
    options = {"target_node": "node2", "live": "on", "allow_failover": "on"}

    response = admin.post(url("migrate"), options, follow=True)

    call = shared.jobs[0].call
    assert (call.method, call.path) == ("PUT", "/2/instances/web1/migrate")
    assert call.body == {
        "mode": "live",
        "target_node": "node2",
        "allow_failover": True,
        "cleanup": False,
    }
    assert "Migrating to another node…" in notices(response)[0]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.detail) == ("migrate", "migrate: node2")


def test_without_options_ganeti_chooses_the_node_and_pauses_the_instance(
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
def test_an_unsuitable_node_is_off_with_the_reason(
    admin: Client, shared: FakeRapi, node: str, reason: str
) -> None:
    html = page(admin)
    response = admin.post(url("migrate"), {"target_node": node})

    assert f"{node} ({reason})" in text(html)
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert f"{node} isn't available: {reason}." in text(markup(response))
    assert shared.jobs == []


@pytest.mark.parametrize("node", ["node3", "elsewhere"])
def test_a_node_of_another_group_is_not_offered(
    admin: Client, shared: FakeRapi, node: str
) -> None:
    response = admin.post(url("failover"), {"target_node": node})

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert shared.jobs == []


def test_a_drbd_instance_can_only_go_to_its_secondary_node(
    admin: Client, cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.nodes["node4"] = node_fields("node4")
    assert refreshing.refresh(cluster, force=True)

    html = text(page(admin))
    refused = admin.post(url("migrate"), {"target_node": "node4"})
    admin.post(url("migrate"), {"target_node": "node2"})

    assert "node4 (doesn't mirror its disks)" in html
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    # Ganeti accepts no target node for DRBD.
    assert "target_node" not in rapi.jobs[0].call.body


def test_local_disks_prevent_migration(
    admin: Client, cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.change("web1", disk_template="plain", snodes=[])
    assert refreshing.refresh(cluster, force=True)

    assert "Its disks are on one node only." in text(page(admin))


def test_a_stopped_instance_can_only_be_failed_over(
    admin: Client, shared: FakeRapi
) -> None:
    html = page(admin, "web2")

    assert url("failover", "web2") in html
    assert url("migrate", "web2") not in html


def test_an_instance_of_a_node_that_is_down_can_be_failed_over(
    admin: Client, cluster: Cluster, shared: FakeRapi
) -> None:
    shared.change("web1", status="ERROR_nodedown", oper_state=None)
    assert refreshing.refresh(cluster, force=True)

    html = page(admin)

    assert url("failover") in html
    assert url("migrate") not in html


@pytest.mark.usefixtures("shared")
def test_other_users_have_no_migration_buttons(
    client: Client, alice: User, olga: User
) -> None:
    for person in (alice, olga):
        client.force_login(person)
        html = page(client)

        assert "Migrate" not in text(html)
        assert "Fail over" not in text(html)


def test_a_failover_removes_the_needs_reboot_tag(
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
