"""Adding and removing owners."""

from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from apps.auditlog.models import AuditEntry
from apps.ganeti.models import Cluster
from apps.ganeti.state import refreshing
from tests.conftest import Sent
from tests.ganeti.chains import run_to_end
from tests.ganeti.confirming import newest_link
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.owners import add, remove
from tests.ganeti.pages import markup, notices, text, url

NOBODY = "This user or group doesn't exist."


def confirm(client: Client, sent: Sent) -> Any:
    """Confirm the newest link as the requester."""
    return client.post(newest_link(sent))


def mails_to(sent: Sent, address: str) -> list[str]:
    return [str(mail.subject) for mail in sent() if address in mail.to]


def tags(rapi: FakeRapi, name: str = "web1") -> set[str]:
    return set(rapi.instances[name]["tags"])


def set_owners(
    cluster: Cluster, rapi: FakeRapi, *owners: str, name: str = "web1"
) -> None:
    rapi.change(name, tags=[f"ganetimgr:{owner}" for owner in owners])
    assert refreshing.refresh(cluster, force=True)
    rapi.calls.clear()


# -- adding


@pytest.mark.parametrize(
    ("kind", "name"), [("user", "bob"), ("group", "staff")], ids=["user", "group"]
)
def test_an_owner_adds_another_by_exact_name(
    client: Client,
    alice: User,
    bob: User,
    published: FakeRapi,
    cluster: Cluster,
    kind: str,
    name: str,
) -> None:
    client.force_login(alice)

    add(client, name, kind)
    run_to_end(cluster, published)

    call = published.jobs[0].call
    assert (call.method, call.query["tag"]) == ("PUT", [f"ganetimgr:{kind}:{name}"])
    assert tags(published) == {"ganetimgr:user:alice", f"ganetimgr:{kind}:{name}"}
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.changes) == (
        "owners",
        [["Owner", None, f"{kind}:{name}"]],
    )


@pytest.mark.parametrize("typed", ["bo", "Bob", "BOB", "b", "%", "bob%", "nobody"])
def test_an_inexact_name_finds_nobody(
    client: Client, alice: User, bob: User, published: FakeRapi, typed: str
) -> None:
    client.force_login(alice)

    response = add(client, typed)

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert NOBODY in text(markup(response))
    assert f'value="{typed}"' in markup(response)
    assert published.jobs == []


def test_an_inactive_user_looks_like_a_missing_one(
    client: Client, alice: User, carol: User, published: FakeRapi
) -> None:
    User.objects.filter(pk=carol.pk).update(is_active=False)
    client.force_login(alice)

    carol_text, nobody_text = (
        text(markup(add(client, n))) for n in ("carol", "nobody")
    )

    assert carol_text == nobody_text


def test_an_owner_is_not_added_twice(
    client: Client, alice: User, bob: User, published: FakeRapi, cluster: Cluster
) -> None:
    set_owners(cluster, published, "users:alice", "user:bob")
    client.force_login(alice)

    assert "Already an owner" in text(markup(add(client, "bob")))
    assert published.jobs == []


@pytest.mark.parametrize("name", ["two words", "x" * 140])
def test_a_name_that_fits_no_tag_is_reported(
    client: Client, alice: User, published: FakeRapi, name: str
) -> None:
    Group.objects.create(name=name)
    client.force_login(alice)

    assert "Ganeti can't store this name" in text(markup(add(client, name, "group")))


def test_a_new_owner_gets_a_mail_after_the_job(
    client: Client,
    alice: User,
    bob: User,
    published: FakeRapi,
    cluster: Cluster,
    sent: Sent,
) -> None:
    client.force_login(alice)

    add(client, "bob")
    too_early = sent()
    run_to_end(cluster, published)

    assert too_early == []
    (mail,) = [mail for mail in sent() if mail.to == ["bob@example.org"]]
    assert "You are now an owner of web1" in mail.subject
    assert "alice" in mail.body
    assert url("detail") in mail.body


def test_members_of_a_new_group_get_a_mail_except_the_requester(
    client: Client,
    bob: User,
    carol: User,
    published: FakeRapi,
    cluster: Cluster,
    sent: Sent,
) -> None:
    friends = Group.objects.create(name="friends")
    friends.user_set.add(bob, carol)
    client.force_login(bob)

    add(client, "friends", "group", "web10")
    run_to_end(cluster, published)

    (mail,) = [mail for mail in sent() if mail.to != ["bob@example.org"]]
    assert mail.to == ["carol@example.org"]
    assert "your group friends" in mail.body


def test_no_mail_is_sent_if_adding_failed(
    client: Client,
    alice: User,
    bob: User,
    published: FakeRapi,
    cluster: Cluster,
    sent: Sent,
) -> None:
    client.force_login(alice)

    add(client, "bob")
    published.fail(1, "No")
    run_to_end(cluster, published)

    assert sent() == []


# -- removing


def test_removal_deletes_both_spellings_and_no_other_tag(
    client: Client,
    alice: User,
    bob: User,
    published: FakeRapi,
    cluster: Cluster,
    sent: Sent,
) -> None:
    set_owners(cluster, published, "user:alice", "user:bob", "users:bob", "group:bob")
    client.force_login(alice)

    remove(client, "user:bob", confirmed="yes")
    published.instances["web1"]["tags"].append("ganetimgr:user:carol")  # meanwhile
    confirm(client, sent)
    run_to_end(cluster, published)

    call = published.jobs[0].call
    assert call.method == "DELETE"
    assert call.query["tag"] == ["ganetimgr:user:bob", "ganetimgr:users:bob"]
    assert tags(published) == {
        "ganetimgr:user:alice",
        "ganetimgr:group:bob",
        "ganetimgr:user:carol",
    }
    entries = AuditEntry.objects.order_by("pk").values_list("action", "changes")
    changes = [["Owner", "user:bob", None]]
    assert list(entries) == [("ask_remove_owner", changes), ("owners", changes)]


def test_staff_see_unknown_owners_and_can_remove_them(
    client: Client,
    root: User,
    alice: User,
    published: FakeRapi,
    cluster: Cluster,
    sent: Sent,
) -> None:
    set_owners(cluster, published, "user:alice", "user:ghost", "groups:gone")
    client.force_login(root)

    page = text(markup(client.get(url("owners"))))
    remove(client, "group:gone", confirmed="yes")
    confirm(client, sent)

    assert "ghost unknown" in page
    assert published.jobs[0].call.query["tag"] == ["ganetimgr:groups:gone"]


def test_only_owners_can_be_removed(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    remove(client, "user:nobody")

    assert "nobody isn't an owner of the machine." in notices(client.get(url("owners")))
    assert published.jobs == []


@pytest.mark.parametrize("unknown_owners", [(), ("user:ghost",), ("group:gone",)])
def test_owners_cannot_remove_the_last_known_owner(
    client: Client,
    alice: User,
    published: FakeRapi,
    cluster: Cluster,
    unknown_owners: tuple[str, ...],
) -> None:
    set_owners(cluster, published, "user:alice", *unknown_owners)
    client.force_login(alice)

    page = markup(client.get(url("owners")))
    response = remove(client, "user:alice", confirmed="yes")

    assert 'value="user:alice"' not in page
    assert "only superusers can remove it" in page
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert published.jobs == []
    assert AuditEntry.objects.get().refused


def test_a_superuser_removes_the_last_owner_after_confirmation(
    client: Client, root: User, alice: User, published: FakeRapi, settings: Any
) -> None:
    settings.CONFIRM_IN_PLACE = True
    client.force_login(root)

    confirmation = text(markup(remove(client, "user:alice")))
    jobs_before = list(published.jobs)
    remove(client, "user:alice", confirmed="yes")

    assert "The machine would have no known owner" in confirmation
    assert jobs_before == []
    assert len(published.jobs) == 1


def test_owners_remove_themselves_after_confirmation(
    client: Client,
    alice: User,
    bob: User,
    published: FakeRapi,
    cluster: Cluster,
    sent: Sent,
) -> None:
    set_owners(cluster, published, "user:alice", "user:bob")
    client.force_login(alice)

    confirmation = text(markup(remove(client, "user:alice")))
    remove(client, "user:alice", confirmed="yes")
    jobs_before = list(published.jobs)
    confirm(client, sent)
    run_to_end(cluster, published)

    assert "You would no longer own the machine" in confirmation
    assert jobs_before == []
    assert tags(published) == {"ganetimgr:user:bob"}


def test_a_removal_waits_for_the_mailed_link(
    client: Client,
    alice: User,
    bob: User,
    published: FakeRapi,
    cluster: Cluster,
    sent: Sent,
) -> None:
    set_owners(cluster, published, "user:alice", "user:bob")
    client.force_login(bob)

    response = client.post(
        url("owners"), {"owner": "user:alice", "confirmed": "yes"}, follow=True
    )
    link = newest_link(sent)
    page = text(markup(client.get(link)))
    client.force_login(alice)
    other_response = client.post(link)

    assert "Nothing has been done yet" in notices(response)[0]
    assert "Remove alice as an owner of web1?" in page
    assert other_response.status_code == HTTPStatus.NOT_FOUND
    assert published.jobs == []


def test_previous_owners_get_a_mail_about_each_change(
    client: Client,
    alice: User,
    bob: User,
    published: FakeRapi,
    cluster: Cluster,
    sent: Sent,
) -> None:
    """A stolen session could add an owner, who removed the previous one unnoticed."""
    client.force_login(alice)
    add(client, "bob")
    run_to_end(cluster, published)
    client.force_login(bob)
    remove(client, "user:alice", confirmed="yes")
    link = newest_link(sent)
    client.post(link)
    run_to_end(cluster, published)

    changed = "[ganetimgr] The owners of web1 changed"
    requested = "[ganetimgr] bob asked to remove an owner of web1"
    assert mails_to(sent, alice.email) == [changed, requested, changed]
    assert tags(published) == {"ganetimgr:user:bob"}


def test_two_removals_can_be_pending(
    client: Client,
    alice: User,
    bob: User,
    carol: User,
    published: FakeRapi,
    cluster: Cluster,
    sent: Sent,
) -> None:
    set_owners(cluster, published, "user:alice", "user:bob", "user:carol")
    client.force_login(alice)

    remove(client, "user:bob", confirmed="yes")
    first = newest_link(sent)
    remove(client, "user:carol", confirmed="yes")

    assert "Remove bob as an owner" in text(markup(client.get(first)))
