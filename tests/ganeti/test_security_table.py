"""Every address, every kind of person, GET and POST: who gets what.

A new address fails here until somebody says who gets what at it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from apps.auditlog.models import AuditEntry
from apps.ganeti.models import Cluster, Job

PEOPLE = ("anonymous", "stranger", "owner", "member", "locked", "viewer", "root")


@dataclass(frozen=True)
class Person:
    """Who asks, and the machine that they ask about."""

    user: str | None
    machine: str


CAST: Mapping[str, Person] = {
    "anonymous": Person(None, "web1"),
    "stranger": Person("carol", "web1"),
    "owner": Person("alice", "web1"),
    "member": Person("bob", "web10"),
    "locked": Person("alice", "mail1"),
    "viewer": Person("olga", "web1"),
    "root": Person("root", "web1"),
}


class Rule(NamedTuple):
    """What each of PEOPLE gets by GET and by POST."""

    get: tuple[int, ...]
    post: tuple[int, ...]


LOGIN = 302  # anonymous people are sent to log in
NOBODY = (405,) * 7
EVERYBODY = (200,) * 7
NO_GET = (LOGIN, *(405,) * 6)

PAGE = Rule((LOGIN, *(200,) * 6), (LOGIN, *(405,) * 6))
MACHINE = Rule((LOGIN, 404, 200, 200, 200, 200, 200), (LOGIN, *(405,) * 6))
OPERATE = Rule(NO_GET, (LOGIN, 404, 302, 302, 403, 403, 302))
CHANGE_OF_ONE_S_OWN = Rule(NO_GET, (LOGIN, *(302,) * 6))
MONITOR = Rule(EVERYBODY, NOBODY)

TABLE: Mapping[str, Rule] = {
    "ganeti:instance-list": PAGE,
    "ganeti:instance-columns": CHANGE_OF_ONE_S_OWN,
    "ganeti:instance-bulk": CHANGE_OF_ONE_S_OWN,
    "ganeti:jobs-running": PAGE,
    "ganeti:instance-detail": MACHINE,
    "ganeti:instance-poll": MACHINE,
    "ganeti:instance-startup": OPERATE,
    "ganeti:instance-shutdown": OPERATE,
    "ganeti:instance-reboot": OPERATE,
    "ganeti:cluster-refresh": Rule(NO_GET, (LOGIN, 403, 403, 403, 403, 302, 302)),
    "ganeti:healthz": MONITOR,
    # No watcher runs in this test: the site is not ready, and says so to everybody.
    "ganeti:readyz": Rule((503,) * 7, NOBODY),
    "accounts:login": Rule((200, *(302,) * 6), (200, *(302,) * 6)),
    "accounts:admin-login": Rule((LOGIN, *(403,) * 5, 302), NOBODY),
    "accounts:register": Rule((200, *(302,) * 6), (400, *(302,) * 6)),
    "accounts:registered": Rule(EVERYBODY, NOBODY),
    "accounts:confirm": Rule((404,) * 7, (302,) * 7),
    "accounts:applicants": Rule((LOGIN, *(404,) * 5, 200), (LOGIN, *(405,) * 6)),
    "accounts:decide": Rule((LOGIN, *(404,) * 6), (LOGIN, *(404,) * 5, 400)),
    "accounts:password-change": Rule((LOGIN, *(403,) * 6), (LOGIN, *(403,) * 6)),
    "accounts:password-reset": Rule(EVERYBODY, EVERYBODY),
    "accounts:password-reset-sent": Rule(EVERYBODY, NOBODY),
    "accounts:password-reset-confirm": Rule((410,) * 7, (410,) * 7),
    "accounts:sessions": PAGE,
    "accounts:sessions-end": CHANGE_OF_ONE_S_OWN,
    # Nobody has a session of this number, or may know that somebody has.
    "accounts:session-end": Rule(NO_GET, (LOGIN, *(404,) * 6)),
    "ganeti:idle-accounts": Rule(
        (LOGIN, 404, 404, 404, 404, 200, 200), (LOGIN, *(405,) * 6)
    ),
    "accounts:logout": CHANGE_OF_ONE_S_OWN,
    "accounts:set-language": Rule(NOBODY, (302,) * 7),
    "accounts:set-colours": Rule(NOBODY, (302,) * 7),
    "auditlog:history": PAGE,
}

NUMBERS = {"accounts:session-end": UUID(int=0)}

Addresses = dict[str, list[str]]


def addresses(
    patterns: list[URLPattern | URLResolver], namespace: str = ""
) -> Iterator[tuple[str, list[str]]]:
    """Yield the name of every address with the names of its parameters."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = pattern.namespace or ""
            below = f"{namespace}{inner}:" if inner else namespace
            yield from addresses(pattern.url_patterns, below)
        elif pattern.name:
            parameters = list(pattern.pattern.regex.groupindex)
            yield f"{namespace}{pattern.name}", parameters


ALL: Addresses = dict(addresses(get_resolver().url_patterns))
OURS = {name: args for name, args in ALL.items() if not name.startswith("admin:")}
ADMIN = {name: args for name, args in ALL.items() if name.startswith("admin:")}


@pytest.fixture
def people(
    alice: User, bob: User, carol: User, olga: User, root: User
) -> dict[str, User]:
    return {user.username: user for user in (alice, bob, carol, olga, root)}


def address_of(name: str, machine: str) -> str:
    values: dict[str, Any] = {
        "cluster_slug": "athens",
        "name": machine,
        "key": "f" * 64,
        "number": NUMBERS.get(name, 4711),
        "uidb64": "MQ",
        "token": "none",
    }
    return reverse(name, kwargs={key: values[key] for key in ALL[name]})


def test_the_table_says_who_gets_what_at_every_address() -> None:
    assert set(TABLE) == set(OURS)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("name", sorted(TABLE))
def test_each_person_gets_what_the_table_says(
    people: dict[str, User], name: str
) -> None:
    answers = [_ask(people, name, CAST[person]) for person in PEOPLE]

    gets, posts = zip(*answers, strict=True)
    assert dict(zip(PEOPLE, gets, strict=True)) == _by_person(TABLE[name].get)
    assert dict(zip(PEOPLE, posts, strict=True)) == _by_person(TABLE[name].post)


def _by_person(statuses: tuple[int, ...]) -> dict[str, int]:
    return dict(zip(PEOPLE, statuses, strict=True))


def _ask(people: dict[str, User], name: str, person: Person) -> tuple[int, int]:
    """Return the statuses that a person gets by GET and by POST.

    Nothing may come of the GET; who is not logged in is sent to do so.
    """
    client = Client()
    if person.user:
        client.force_login(people[person.user])
    address = address_of(name, person.machine)
    before = (Job.objects.count(), AuditEntry.objects.count())

    got = client.get(address)
    assert (Job.objects.count(), AuditEntry.objects.count()) == before
    posted = client.post(address)

    if person.user is None and got.status_code == LOGIN:
        assert got.headers["Location"].startswith(reverse("accounts:login"))
    return got.status_code, posted.status_code


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    "name", sorted(name for name, parameters in OURS.items() if "name" in parameters)
)
def test_a_stranger_learns_no_more_of_a_machine_than_of_none(
    client: Client, carol: User, name: str
) -> None:
    client.force_login(carol)
    method = client.get if TABLE[name].get[1] == 404 else client.post

    of_one = method(address_of(name, "web1"))
    of_none = method(address_of(name, "none"))

    assert of_one.status_code == of_none.status_code == 404
    assert _without_names(of_one) == _without_names(of_none)


def _without_names(answer: HttpResponseBase) -> str:
    """Return a page without its address and its token, new for each answer."""
    page = answer.content.decode() if isinstance(answer, HttpResponse) else ""
    return re.sub(r"web1|none|[A-Za-z0-9]{64}", "", page)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_change_needs_a_token(people: dict[str, User], name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["root"])

    posted = client.post(address_of(name, "web1"))

    assert posted.status_code in {403, 405}


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("name", sorted(set(ADMIN) - {"admin:login", "admin:logout"}))
def test_the_administration_is_for_superusers_alone(
    people: dict[str, User], cluster: Cluster, name: str
) -> None:
    address = admin_address(name, cluster)

    for person in ("anonymous", "stranger", "owner", "viewer"):
        client = Client()
        if user := CAST[person].user:
            client.force_login(people[user])
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code in {302, 403, 405}
            assert b"athens" not in answer.content


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("name", sorted(ADMIN))
def test_no_page_of_the_administration_breaks(
    client: Client, people: dict[str, User], cluster: Cluster, name: str
) -> None:
    client.force_login(people["root"])

    answer = client.get(admin_address(name, cluster))

    assert answer.status_code < 500


def admin_address(name: str, cluster: Cluster) -> str:
    values: dict[str, Any] = {
        "object_id": cluster.pk,
        "id": cluster.pk,
        "content_type_id": 1,
        "app_label": "ganeti",
        "url": "nothing/",
    }
    return reverse(name, kwargs={key: values[key] for key in ADMIN[name]})
