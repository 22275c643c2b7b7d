"""Who owns a machine, and who may find out who could."""

from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.auditlog.models import AuditEntry
from apps.ganeti.domain.job import JobStatus
from apps.ganeti.models import Cluster, Job
from apps.ganeti.state import refreshing
from tests.conftest import Sent
from tests.ganeti.chains import carry_on
from tests.ganeti.confirming import newest_link
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, notices, text, url

NOBODY = "This user or group doesn't exist."


def add(client: Client, name: str, word: str = "user", machine: str = "web1") -> Any:
    return client.post(url("owners", machine), {"word": word, "name": name})


def remove(client: Client, owner: str, machine: str = "web1", **more: str) -> Any:
    return client.post(url("owners", machine), {"owner": owner} | more)


def confirm(client: Client, sent: Sent) -> Any:
    """Follow the newest link, as whoever asked for it."""
    return client.post(newest_link(sent))


def mails_to(sent: Sent, address: str) -> list[str]:
    return [str(mail.subject) for mail in sent() if address in mail.to]


def tags(rapi: FakeRapi, name: str = "web1") -> set[str]:
    return set(rapi.instances[name]["tags"])


def tagged(cluster: Cluster, rapi: FakeRapi, *names: str, of: str = "web1") -> None:
    rapi.change(of, tags=[f"ganetimgr:{name}" for name in names])
    assert refreshing.refresh(cluster, force=True)
    rapi.calls.clear()


# -- adding


@pytest.mark.parametrize(
    ("word", "name"), [("user", "bob"), ("group", "staff")], ids=["user", "group"]
)
def test_an_owner_adds_another_by_exact_name(
    client: Client,
    alice: User,
    bob: User,
    published: FakeRapi,
    cluster: Cluster,
    word: str,
    name: str,
) -> None:
    client.force_login(alice)

    add(client, name, word)
    carry_on(cluster, published)

    call = published.jobs[0].call
    assert (call.method, call.query["tag"]) == ("PUT", [f"ganetimgr:{word}:{name}"])
    assert tags(published) == {"ganetimgr:user:alice", f"ganetimgr:{word}:{name}"}
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.changes) == (
        "owners",
        [["Owner", None, f"{word}:{name}"]],
    )


@pytest.mark.parametrize("typed", ["bo", "Bob", "BOB", "b", "%", "bob%", "nobody"])
def test_a_name_that_is_not_exact_finds_nobody(
    client: Client, alice: User, bob: User, published: FakeRapi, typed: str
) -> None:
    client.force_login(alice)

    answer = add(client, typed)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert NOBODY in text(markup(answer))
    assert f'value="{typed}"' in markup(answer)
    assert published.jobs == []


def test_who_may_not_log_in_any_more_looks_like_nobody(
    client: Client, alice: User, carol: User, published: FakeRapi
) -> None:
    User.objects.filter(pk=carol.pk).update(is_active=False)
    client.force_login(alice)

    of_carol, of_nobody = (text(markup(add(client, n))) for n in ("carol", "nobody"))

    assert of_carol == of_nobody


def test_an_owner_is_not_added_twice(
    client: Client, alice: User, bob: User, published: FakeRapi, cluster: Cluster
) -> None:
    tagged(cluster, published, "users:alice", "user:bob")
    client.force_login(alice)

    assert "Already an owner" in text(markup(add(client, "bob")))
    assert published.jobs == []


@pytest.mark.parametrize("name", ["two words", "x" * 140])
def test_a_name_that_ganeti_cannot_keep_is_said(
    client: Client, alice: User, published: FakeRapi, name: str
) -> None:
    Group.objects.create(name=name)
    client.force_login(alice)

    assert "Ganeti can't store this name" in text(markup(add(client, name, "group")))


def test_a_new_owner_gets_a_mail_once_it_is_so(
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
    carry_on(cluster, published)

    assert too_early == []
    (mail,) = [mail for mail in sent() if mail.to == ["bob@example.org"]]
    assert "You are now an owner of web1" in mail.subject
    assert "alice" in mail.body
    assert url("detail") in mail.body


def test_members_of_a_new_group_get_a_mail_but_not_who_did_it(
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
    carry_on(cluster, published)

    (mail,) = [mail for mail in sent() if mail.to != ["bob@example.org"]]
    assert mail.to == ["carol@example.org"]
    assert "your group friends" in mail.body


def test_nobody_is_welcomed_when_it_failed(
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
    carry_on(cluster, published)

    assert sent() == []


# -- taking away


def test_both_spellings_go_and_all_else_stays(
    client: Client,
    alice: User,
    bob: User,
    published: FakeRapi,
    cluster: Cluster,
    sent: Sent,
) -> None:
    tagged(cluster, published, "user:alice", "user:bob", "users:bob", "group:bob")
    client.force_login(alice)

    remove(client, "user:bob", confirmed="yes")
    published.instances["web1"]["tags"].append("ganetimgr:user:carol")  # meanwhile
    confirm(client, sent)
    carry_on(cluster, published)

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


def test_unknown_names_stay_visible_to_staff_and_can_go(
    client: Client,
    root: User,
    alice: User,
    published: FakeRapi,
    cluster: Cluster,
    sent: Sent,
) -> None:
    tagged(cluster, published, "user:alice", "user:ghost", "groups:gone")
    client.force_login(root)

    page = text(markup(client.get(url("owners"))))
    remove(client, "group:gone", confirmed="yes")
    confirm(client, sent)

    assert "ghost unknown" in page
    assert published.jobs[0].call.query["tag"] == ["ganetimgr:groups:gone"]


def test_who_is_no_owner_cannot_go(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    remove(client, "user:nobody")

    assert "nobody isn't an owner of the machine." in notices(client.get(url("owners")))
    assert published.jobs == []


@pytest.mark.parametrize("others", [(), ("user:ghost",), ("group:gone",)])
def test_no_owner_takes_the_last_known_one_away(
    client: Client,
    alice: User,
    published: FakeRapi,
    cluster: Cluster,
    others: tuple[str, ...],
) -> None:
    tagged(cluster, published, "user:alice", *others)
    client.force_login(alice)

    page = markup(client.get(url("owners")))
    answer = remove(client, "user:alice", confirmed="yes")

    assert 'value="user:alice"' not in page
    assert "only superusers can remove it" in page
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert published.jobs == []
    assert AuditEntry.objects.get().refused


def test_a_superuser_does_so_when_sure(
    client: Client, root: User, alice: User, published: FakeRapi, settings: Any
) -> None:
    settings.CONFIRM_IN_PLACE = True
    client.force_login(root)

    asked = text(markup(remove(client, "user:alice")))
    before = list(published.jobs)
    remove(client, "user:alice", confirmed="yes")

    assert "The machine would have no known owner" in asked
    assert before == []
    assert len(published.jobs) == 1


def test_one_gives_one_s_own_machine_away_when_sure(
    client: Client,
    alice: User,
    bob: User,
    published: FakeRapi,
    cluster: Cluster,
    sent: Sent,
) -> None:
    tagged(cluster, published, "user:alice", "user:bob")
    client.force_login(alice)

    warned = text(markup(remove(client, "user:alice")))
    remove(client, "user:alice", confirmed="yes")
    before = list(published.jobs)
    confirm(client, sent)
    carry_on(cluster, published)

    assert "You would no longer own the machine" in warned
    assert before == []
    assert tags(published) == {"ganetimgr:user:bob"}


def test_no_owner_goes_until_the_link_in_the_mail_is_confirmed(
    client: Client,
    alice: User,
    bob: User,
    published: FakeRapi,
    cluster: Cluster,
    sent: Sent,
) -> None:
    tagged(cluster, published, "user:alice", "user:bob")
    client.force_login(bob)

    answer = client.post(
        url("owners"), {"owner": "user:alice", "confirmed": "yes"}, follow=True
    )
    link = newest_link(sent)
    page = text(markup(client.get(link)))
    client.force_login(alice)
    by_alice = client.post(link)

    assert "Nothing has been done yet" in notices(answer)[0]
    assert "Remove alice as an owner of web1?" in page
    assert by_alice.status_code == HTTPStatus.NOT_FOUND
    assert published.jobs == []


def test_all_previous_owners_learn_of_each_step_of_a_swap(
    client: Client,
    alice: User,
    bob: User,
    published: FakeRapi,
    cluster: Cluster,
    sent: Sent,
) -> None:
    """A stolen session added a friend, who removed the owner, who wasn't told."""
    client.force_login(alice)
    add(client, "bob")
    carry_on(cluster, published)
    client.force_login(bob)
    remove(client, "user:alice", confirmed="yes")
    link = newest_link(sent)
    client.post(link)
    carry_on(cluster, published)

    changed = "[ganetimgr] The owners of web1 changed"
    asked = "[ganetimgr] bob asked to remove an owner of web1"
    assert mails_to(sent, alice.email) == [changed, asked, changed]
    assert tags(published) == {"ganetimgr:user:bob"}


def test_two_removals_wait_side_by_side(
    client: Client,
    alice: User,
    bob: User,
    carol: User,
    published: FakeRapi,
    cluster: Cluster,
    sent: Sent,
) -> None:
    tagged(cluster, published, "user:alice", "user:bob", "user:carol")
    client.force_login(alice)

    remove(client, "user:bob", confirmed="yes")
    first = newest_link(sent)
    remove(client, "user:carol", confirmed="yes")

    assert "Remove bob as an owner" in text(markup(client.get(first)))


# -- never again: every user could list all user and group names


@pytest.mark.parametrize("person", ["alice", "olga"], ids=["owner", "viewer"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_who_may_not_search_finds_nobody_by_a_part_of_a_name(
    client: Client,
    carol: User,
    published: FakeRapi,
    request: pytest.FixtureRequest,
    headers: Any,
    person: str,
) -> None:
    Group.objects.create(name="carolers")
    client.force_login(request.getfixturevalue(person))

    answer = client.get(url("owners"), {"q": "caro"}, headers=headers)

    assert "carol" not in markup(answer)
    assert "Find a user" not in markup(answer)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_staff_search_by_a_part(
    client: Client,
    root: User,
    alice: User,
    carol: User,
    published: FakeRapi,
    headers: Any,
) -> None:
    Group.objects.create(name="Carolers")
    User.objects.create_user("carola", is_active=False)
    client.force_login(root)

    page = markup(client.get(url("owners"), {"q": "caro"}, headers=headers))

    for name in ("carol", "Carolers"):
        assert f'name="name" value="{name}"' in page
    assert "carola" not in page
    assert ("<html" in page) is not bool(headers)


def test_a_letter_is_too_little_and_owners_are_not_found(
    client: Client, root: User, alice: User, carol: User, published: FakeRapi
) -> None:
    client.force_login(root)

    one = markup(client.get(url("owners"), {"q": "c"}))
    owners = markup(client.get(url("owners"), {"q": "alice"}))

    assert "At least 2 letters." in one
    assert 'name="name" value="carol"' not in one
    assert "No matching users or groups." in owners


# -- who may


@pytest.mark.parametrize(
    ("person", "name", "status"),
    [
        ("carol", "web1", 404),
        ("olga", "web1", 403),
        ("alice", "mail1", 403),
        ("alice", "old1", 403),
    ],
)
def test_who_may_not_learns_no_names(
    client: Client,
    published: FakeRapi,
    request: pytest.FixtureRequest,
    person: str,
    name: str,
    status: int,
) -> None:
    client.force_login(request.getfixturevalue(person))

    answers = [add(client, who, machine=name) for who in ("root", "nobody")]
    answers.append(remove(client, "user:alice", name))

    assert [answer.status_code for answer in answers] == [status] * 3
    assert published.jobs == []


@given(
    posted=st.dictionaries(
        st.sampled_from(["word", "name", "owner", "confirmed"]),
        st.text(max_size=200)
        | st.sampled_from(["user", "group", "bob", "staff", "user:alice", "yes"]),
    ),
    asked=st.text(max_size=120),
)
def test_whatever_is_posted_or_asked_does_not_break(
    client: Client,
    root: User,
    bob: User,
    published: FakeRapi,
    posted: dict[str, str],
    asked: str,
) -> None:
    client.force_login(root)
    Job.objects.update(status=JobStatus.SUCCESS, busy_key=None)

    assert client.post(url("owners"), posted).status_code < 500
    assert client.get(url("owners"), {"q": asked}).status_code == HTTPStatus.OK
