"""Maintenance of node groups, with its reason."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.auditlog.models import AuditEntry
from apps.ganeti.models import Cluster, GroupMaintenance, Job
from apps.ganeti.rapi.errors import RapiUnreachable
from apps.ganeti.services import maintenance
from apps.ganeti.state import refreshing
from tests.ganeti.chains import finish_job, run_to_end
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, notices, page, parsed, text_of
from tests.ganeti.state import contents

REASON = "Memory is replaced until 18:00."


def post(client: Client, group: str = "default", **values: str) -> HttpResponseBase:
    address = reverse("ganeti:group-maintenance", args=("athens", group))
    return client.post(address, values, follow=True)


def start(client: Client, group: str = "default") -> HttpResponseBase:
    return post(client, group, wanted="on", reason=REASON)


def group_text(client: Client, number: int = 1) -> str:
    address = reverse("ganeti:cluster-detail", args=("athens",))
    return text_of(parsed(markup(client.get(address))).select_one(f"#group-{number}"))


def banners(client: Client) -> str:
    response = client.get(reverse("ganeti:instance-list"))
    notes = parsed(markup(response)).select(".note:has(.bi-cone-striped)")
    return " ".join(map(text_of, notes))


@pytest.fixture
def admin(root: User) -> Client:
    client = Client()
    client.force_login(root)
    return client


@pytest.fixture
def owner(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def test_owners_see_the_reason_until_the_maintenance_ends(
    admin: Client, owner: Client, cluster: Cluster, published: FakeRapi
) -> None:
    response = start(admin)
    running = group_text(admin)
    run_to_end(cluster, published)

    assert notices(response) == ["Starting maintenance… default"]
    assert "Starting maintenance…" in running
    assert "The nodes of this machine are under maintenance." in page(owner)
    assert f"Reason: {REASON}" in page(owner)
    assert (
        "The nodes of 3 machines on athens are under maintenance. Until it ends, you "
        f"can view them but not change them. Reason: {REASON}"
    ) in banners(owner)
    assert f"{REASON} by root just now" in group_text(admin)

    post(admin, wanted="off")
    run_to_end(cluster, published)

    assert REASON not in page(owner) + banners(owner) + group_text(admin)
    assert not contents(cluster).groups["default"].locked
    assert not GroupMaintenance.objects.exists()
    entries = AuditEntry.objects.order_by("pk").values_list("action", "detail")
    assert list(entries) == [("group_lock", REASON), ("group_unlock", "")]


def test_a_group_locked_outside_of_this_site_shows_no_reason(
    owner: Client, admin: Client, published: FakeRapi
) -> None:
    assert "The nodes of 1 machine on athens are under maintenance." in banners(owner)
    assert "Reason:" not in banners(owner) + page(owner, "old1")
    assert "set outside of this site" in group_text(admin, 2)


def test_those_without_machines_in_the_group_see_nothing(
    client: Client, bob: User, published: FakeRapi
) -> None:
    client.force_login(bob)

    assert banners(client) == ""


def test_a_reason_can_be_added_to_a_locked_group(
    owner: Client, admin: Client, published: FakeRapi
) -> None:
    response = start(admin, "spare")

    assert notices(response) == ["The reason was saved."]
    assert published.jobs == []
    assert f"Reason: {REASON}" in banners(owner)


def test_a_reason_is_required(admin: Client, published: FakeRapi) -> None:
    response = post(admin, wanted="on", reason=" ")

    form = parsed(markup(response)).select_one("#group-1 form")
    assert response.status_code == 400
    assert "This field is required." in text_of(form)
    assert published.jobs == []


def test_staff_without_superuser_rights_are_refused(
    client: Client, olga: User, published: FakeRapi
) -> None:
    client.force_login(olga)

    assert start(client).status_code == 403
    assert published.jobs == []
    assert AuditEntry.objects.get().refused
    assert "Start maintenance" not in group_text(client)


def test_an_unknown_group_is_not_found(admin: Client, published: FakeRapi) -> None:
    assert start(admin, "none").status_code == 404


def test_a_site_with_read_access_says_so(
    admin: Client, cluster: Cluster, published: FakeRapi
) -> None:
    Cluster.objects.update(can_write=False)

    assert notices(start(admin)) == ["This site has read-only access to its cluster."]


def test_a_failed_job_leaves_no_reason(
    admin: Client, cluster: Cluster, published: FakeRapi
) -> None:
    start(admin)
    job = Job.objects.get()
    assert job.ganeti_id
    published.fail(job.ganeti_id, "Too many tags")

    finish_job(cluster, published, job)

    assert not GroupMaintenance.objects.exists()
    assert "Maintenance couldn't be started" in group_text(admin)


def test_a_cluster_that_does_not_respond_changes_nothing(
    admin: Client, published: FakeRapi
) -> None:
    published.fail_submissions(
        RapiUnreachable("It refused the connection.", sent=False)
    )

    (notice,) = notices(start(admin))

    assert "nothing was done because the cluster didn't accept the job" in notice


def test_only_one_change_runs_at_a_time(admin: Client, published: FakeRapi) -> None:
    start(admin)

    assert notices(start(admin)) == ["Another job is already running on default."]
    assert len(published.jobs) == 1


def test_the_reason_of_a_tag_deleted_by_others_is_forgotten(
    admin: Client, cluster: Cluster, published: FakeRapi
) -> None:
    for group in ("default", "spare"):
        start(admin, group)
    run_to_end(cluster, published)
    old = timezone.now() - timedelta(hours=1)
    GroupMaintenance.objects.update(since=old)
    published.groups["default"]["tags"].clear()
    assert refreshing.refresh(cluster, force=True)

    maintenance.forget_lifted()

    kept = GroupMaintenance.objects.values_list("group_uuid", flat=True)
    assert list(kept) == ["uuid-of-spare"]


def test_groups_are_refreshed_by_one_call(
    cluster: Cluster, published: FakeRapi
) -> None:
    published.lock_group("default")

    refreshing.refresh_groups(cluster)

    assert len(published.calls) == 1
    assert contents(cluster).groups["default"].locked
    assert "web1" in contents(cluster).instances
