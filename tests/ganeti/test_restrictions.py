"""Locked, cut off from the network, and who still reaches it."""

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


def switch(client: Client, what: str, wanted: str, name: str = "web1") -> Any:
    return client.post(url(what, name), {"wanted": wanted}, follow=True)


# -- lock


def test_a_lock_is_a_tag_that_comes_and_goes(
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


def test_an_owner_of_a_locked_machine_is_told_why(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    said = text(markup(client.get(url("detail", "mail1"))))

    assert "Locked by staff: owners can view it but not change it." in said
    assert "You can't change this now:" in said
    assert "Unlock" not in said


def test_who_locks_what_is_locked_is_told_so(
    client: Client, guard: User, published: FakeRapi
) -> None:
    client.force_login(guard)

    answer = switch(client, "lock", "on", "mail1")

    assert notices(answer) == ["No changes needed."]
    assert published.jobs == []


def test_a_button_says_what_it_is_for(
    client: Client, guard: User, published: FakeRapi
) -> None:
    client.force_login(guard)

    answer = client.post(url("lock"), {}, follow=True)

    assert notices(answer) == ["Nothing was done: no action was chosen."]
    assert published.jobs == []


# -- who may


@pytest.mark.parametrize("what", ["lock", "isolate"])
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
def test_owners_and_viewers_may_not(
    client: Client,
    published: FakeRapi,
    request: pytest.FixtureRequest,
    what: str,
    person: str,
    name: str,
    status: int,
) -> None:
    client.force_login(request.getfixturevalue(person))

    for wanted in ("on", "off"):
        answer = client.post(url(what, name), {"wanted": wanted})
        assert answer.status_code == status

    assert published.jobs == []
    off = {"lock": "unlock", "isolate": "rejoin"}[what]
    refused = AuditEntry.objects.filter(refused=True)
    # A stranger's attempts on one machine are counted in one entry.
    actions = {what} if status == 404 else {what, off}
    assert set(refused.values_list("action", flat=True)) == actions


@pytest.mark.parametrize("name", ["web1", "mail1", "old1", "db1"])
def test_the_guard_may_whatever_state_it_is_in(
    cluster: Cluster, published: FakeRapi, guard: User, name: str
) -> None:
    person, found = Person.of(guard), machine(cluster, name)

    assert access.may_lock(person, found, None).allowed
    assert access.may_isolate(person, found, None).allowed
    assert not access.may_operate(person, found, None).allowed


def test_one_right_is_not_the_other(
    cluster: Cluster, published: FakeRapi, guard: User
) -> None:
    guard.user_permissions.remove(Permission.objects.get(codename="can_isolate"))
    person = Person.of(User.objects.get(pk=guard.pk))

    verdict = access.may_isolate(person, machine(cluster, "web1"), None)

    assert verdict.answer is Answer.FORBIDDEN


def test_no_right_reaches_further_than_the_eye(
    cluster: Cluster, published: FakeRapi, guard: User
) -> None:
    guard.user_permissions.remove(Permission.objects.get(codename="view_instances"))
    person = Person.of(User.objects.get(pk=guard.pk))

    assert access.may_lock(person, machine(cluster, "web1"), None) is access.INVISIBLE


def test_buttons_are_there_for_who_may(
    client: Client, guard: User, olga: User, published: FakeRapi
) -> None:
    client.force_login(guard)
    guards = text(markup(client.get(url("detail"))))
    client.force_login(olga)
    olgas = text(markup(client.get(url("detail"))))

    for button in ("Lock", "Isolate"):
        assert button in guards
        assert button not in olgas


# -- isolation


def test_a_move_follows_where_there_is_somewhere_to_go(
    client: Client, guard: User, published: FakeRapi, cluster: Cluster
) -> None:
    client.force_login(guard)

    answer = switch(client, "isolate", "on")
    run_to_end(cluster, published)
    switch(client, "isolate", "off")
    run_to_end(cluster, published)

    assert "takes effect" not in str(notices(answer))
    assert calls(published) == [
        ("PUT", "tags", ["ganetimgr:isolate"]),
        ("PUT", "migrate", None),
        ("DELETE", "tags", ["ganetimgr:isolate"]),
        ("PUT", "migrate", None),
    ]


@pytest.mark.parametrize(
    ("template", "state", "moves"),
    [
        *((each, "running", True) for each in ("drbd", "rbd", "ext", "gluster")),
        *((each, "running", True) for each in ("sharedfile", "blockdev", "diskless")),
        *((each, "running", False) for each in ("plain", "file")),
        ("drbd", "ADMIN_down", False),
        ("drbd", "ERROR_nodedown", False),
    ],
)
def test_elsewhere_it_waits_for_the_next_start_and_that_is_said(
    client: Client,
    guard: User,
    published: FakeRapi,
    cluster: Cluster,
    template: str,
    state: str,
    moves: bool,
) -> None:
    running = state == "running"
    published.change("web1", disk_template=template, status=state, oper_state=running)
    refreshing.refresh(cluster, force=True)
    client.force_login(guard)

    answer = switch(client, "isolate", "on")
    run_to_end(cluster, published)

    said = "The change takes effect the next time the machine starts." in notices(
        answer
    )
    assert said is not moves
    assert [what for _, what, _ in calls(published)] == ["tags"] + ["migrate"] * moves


def test_a_move_that_fails_loses_no_tag_and_is_told(
    client: Client, guard: User, published: FakeRapi, cluster: Cluster, sent: Sent
) -> None:
    client.force_login(guard)
    switch(client, "isolate", "on")
    finish_job(cluster, published, Job.objects.get())
    planned.submit_planned()
    published.fail(2, "Can't migrate: the other node is full")
    finish_job(cluster, published, Job.objects.get(kind=Job.Kind.MIGRATE))

    assert "ganetimgr:isolate" in tags(published)
    said = text(markup(client.get(url("detail"))))
    assert "Migration failed" in said
    assert "It takes effect the next time the machine starts." in said
    assert "Can't migrate: the other node is full" in said
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
    nobody = text(markup(client.get(url("detail"))))
    whitelisted = "ganetimgr:whitelist_ip:192.0.2.0/26"
    published.change("web1", tags=[ALICE, "ganetimgr:isolate", whitelisted])
    refreshing.refresh(cluster, force=True)

    assert "Isolated by staff: all network access is blocked" in nobody
    assert "only 192.0.2.0/26 can reach it" in text(markup(client.get(url("detail"))))


@given(
    what=st.sampled_from(["whitelist", "lock", "isolate"]),
    typed=st.text(max_size=80)
    | st.ip_addresses().map(str)
    | st.tuples(st.ip_addresses(), st.integers(-1, 140)).map(
        lambda n: f"{n[0]}/{n[1]}"
    ),
)
def test_whatever_is_posted_does_not_break(
    client: Client, root: User, published: FakeRapi, what: str, typed: str
) -> None:
    client.force_login(root)
    Job.objects.update(status=JobStatus.SUCCESS, busy_key=None)

    answer = client.post(url(what), {"subnet": typed, "wanted": typed})

    assert answer.status_code < 500
    for job in published.jobs:
        assert all(len(tag) <= 128 for tag in job.call.query.get("tag", ()))
