"""Locking and isolating machines."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.person import Person
from apps.auditlog.models import AuditEntry
from apps.ganeti import access
from apps.ganeti.access import Answer
from apps.ganeti.domain.job import JobStatus
from apps.ganeti.jobs import planned
from apps.ganeti.models import Cluster, Job
from apps.ganeti.state import refreshing
from tests.conftest import Sent
from tests.ganeti.chains import finish_job, run_to_end
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, notices, text, url
from tests.ganeti.restrictions import ALICE, calls, tags
from tests.ganeti.state import machine


def switch(client: Client, action: str, value: str, name: str = "web1") -> Any:
    return client.post(url(action, name), {"wanted": value}, follow=True)


# -- lock


def test_lock_and_unlock_add_and_delete_the_tag(
    client: Client, guard: User, published: FakeRapi, cluster: Cluster
) -> None:
    client.force_login(guard)

    switch(client, "lock", "on")
    run_to_end(cluster, published)
    locked = tags(published)
    switch(client, "lock", "off")
    run_to_end(cluster, published)

    assert locked == {ALICE, "ganetimgr:adminlock"}
    assert tags(published) == {ALICE}
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {
        "lock",
        "unlock",
    }


def test_an_owner_of_a_locked_machine_sees_the_reason(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    page_text = text(markup(client.get(url("detail", "mail1"))))

    assert "Locked by staff: owners can view it but not change it." in page_text
    assert "You can't change this now:" in page_text
    assert "Unlock" not in page_text


def test_locking_a_locked_machine_changes_nothing(
    client: Client, guard: User, published: FakeRapi
) -> None:
    client.force_login(guard)

    response = switch(client, "lock", "on", "mail1")

    assert notices(response) == ["No changes needed."]
    assert published.jobs == []


def test_a_post_without_an_action_does_nothing(
    client: Client, guard: User, published: FakeRapi
) -> None:
    client.force_login(guard)

    response = client.post(url("lock"), {}, follow=True)

    assert notices(response) == ["Nothing was done: no action was chosen."]
    assert published.jobs == []


# -- rights


@pytest.mark.parametrize("action", ["lock", "isolate"])
@pytest.mark.parametrize(
    ("person", "name", "status"),
    [
        ("carol", "web1", 404),
        ("alice", "web1", 403),
        ("alice", "mail1", 403),
        ("olga", "web1", 403),
        ("bob", "web10", 403),
    ],
)
def test_owners_and_viewers_may_not_lock_or_isolate(
    client: Client,
    published: FakeRapi,
    request: pytest.FixtureRequest,
    action: str,
    person: str,
    name: str,
    status: int,
) -> None:
    client.force_login(request.getfixturevalue(person))

    for value in ("on", "off"):
        response = client.post(url(action, name), {"wanted": value})
        assert response.status_code == status

    assert published.jobs == []
    opposite = {"lock": "unlock", "isolate": "rejoin"}[action]
    refused = AuditEntry.objects.filter(refused=True)
    # A stranger's attempts on one machine are counted in one entry.
    actions = {action} if status == 404 else {action, opposite}
    assert set(refused.values_list("action", flat=True)) == actions


@pytest.mark.parametrize("name", ["web1", "mail1", "old1", "db1"])
def test_rights_to_lock_and_isolate_apply_in_any_state(
    cluster: Cluster, published: FakeRapi, guard: User, name: str
) -> None:
    person, instance = Person.of(guard), machine(cluster, name)

    assert access.may_lock(person, instance, None).allowed
    assert access.may_isolate(person, instance, None).allowed
    assert not access.may_operate(person, instance, None).allowed


def test_rights_to_lock_and_isolate_are_separate(
    cluster: Cluster, published: FakeRapi, guard: User
) -> None:
    guard.user_permissions.remove(Permission.objects.get(codename="can_isolate"))
    person = Person.of(User.objects.get(pk=guard.pk))

    verdict = access.may_isolate(person, machine(cluster, "web1"), None)

    assert verdict.answer is Answer.FORBIDDEN


def test_locking_requires_the_right_to_view(
    cluster: Cluster, published: FakeRapi, guard: User
) -> None:
    guard.user_permissions.remove(Permission.objects.get(codename="view_instances"))
    person = Person.of(User.objects.get(pk=guard.pk))

    assert access.may_lock(person, machine(cluster, "web1"), None) is access.INVISIBLE


def test_buttons_are_shown_to_users_with_rights(
    client: Client, guard: User, olga: User, published: FakeRapi
) -> None:
    client.force_login(guard)
    guard_text = text(markup(client.get(url("detail"))))
    client.force_login(olga)
    viewer_text = text(markup(client.get(url("detail"))))

    for button in ("Lock", "Isolate"):
        assert button in guard_text
        assert button not in viewer_text


# -- isolation


def test_isolation_is_followed_by_a_migration(
    client: Client, guard: User, published: FakeRapi, cluster: Cluster
) -> None:
    client.force_login(guard)

    response = switch(client, "isolate", "on")
    run_to_end(cluster, published)
    switch(client, "isolate", "off")
    run_to_end(cluster, published)

    assert "takes effect" not in str(notices(response))
    assert calls(published) == [
        ("PUT", "tags", ["ganetimgr:isolate"]),
        ("PUT", "migrate", None),
        ("DELETE", "tags", ["ganetimgr:isolate"]),
        ("PUT", "migrate", None),
    ]


@pytest.mark.parametrize(
    ("template", "state", "migrates"),
    [
        *(
            (template, "running", True)
            for template in ("drbd", "rbd", "ext", "gluster")
        ),
        *(
            (template, "running", True)
            for template in ("sharedfile", "blockdev", "diskless")
        ),
        *((template, "running", False) for template in ("plain", "file")),
        ("drbd", "ADMIN_down", False),
        ("drbd", "ERROR_nodedown", False),
    ],
)
def test_isolation_waits_for_the_next_start_without_migration(
    client: Client,
    guard: User,
    published: FakeRapi,
    cluster: Cluster,
    template: str,
    state: str,
    migrates: bool,
) -> None:
    running = state == "running"
    published.change("web1", disk_template=template, status=state, oper_state=running)
    refreshing.refresh(cluster, force=True)
    client.force_login(guard)

    response = switch(client, "isolate", "on")
    run_to_end(cluster, published)

    has_notice = "The change takes effect the next time the machine starts." in notices(
        response
    )
    assert has_notice is not migrates
    assert [action for _, action, _ in calls(published)] == ["tags"] + [
        "migrate"
    ] * migrates


def test_a_failed_migration_keeps_the_tag_and_is_reported(
    client: Client, guard: User, published: FakeRapi, cluster: Cluster, sent: Sent
) -> None:
    client.force_login(guard)
    switch(client, "isolate", "on")
    finish_job(cluster, published, Job.objects.get())
    planned.submit_planned()
    published.fail(2, "Can't migrate: the other node is full")
    finish_job(cluster, published, Job.objects.get(kind=Job.Kind.MIGRATE))

    assert "ganetimgr:isolate" in tags(published)
    page_text = text(markup(client.get(url("detail"))))
    assert "Migration failed" in page_text
    assert "It takes effect the next time the machine starts." in page_text
    assert "Can't migrate: the other node is full" in page_text
    history = text(markup(client.get(reverse("auditlog:history"))))
    assert "Done, takes effect at the next start" in history
    mail = sent()[0]
    assert mail.to == ["guard@example.org"]
    assert "takes effect at the next start" in mail.subject
    assert "Can't migrate: the other node is full" in mail.body
    assert url("detail") in mail.body


def test_isolation_is_explained_to_the_owner(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster
) -> None:
    published.change("web1", tags=[ALICE, "ganetimgr:isolate"])
    refreshing.refresh(cluster, force=True)
    client.force_login(alice)
    isolated_text = text(markup(client.get(url("detail"))))
    whitelisted = "ganetimgr:whitelist_ip:192.0.2.0/26"
    published.change("web1", tags=[ALICE, "ganetimgr:isolate", whitelisted])
    refreshing.refresh(cluster, force=True)

    assert "Isolated by staff: all network access is blocked" in isolated_text
    assert "only 192.0.2.0/26 can reach it" in text(markup(client.get(url("detail"))))


@given(
    action=st.sampled_from(["whitelist", "lock", "isolate"]),
    typed=st.text(max_size=80)
    | st.ip_addresses().map(str)
    | st.tuples(st.ip_addresses(), st.integers(-1, 140)).map(
        lambda n: f"{n[0]}/{n[1]}"
    ),
)
def test_arbitrary_posts_are_handled(
    client: Client, root: User, published: FakeRapi, action: str, typed: str
) -> None:
    client.force_login(root)
    Job.objects.update(status=JobStatus.SUCCESS, busy_key=None)

    response = client.post(url(action), {"subnet": typed, "wanted": typed})

    assert response.status_code < 500
    for job in published.jobs:
        assert all(len(tag) <= 128 for tag in job.call.query.get("tag", ()))
