"""Every address, every kind of person, GET and POST: who gets what.

A new address fails here until somebody says who gets what at it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from apps.applications.models import InstanceApplication
from apps.auditlog.models import AuditEntry
from apps.ganeti import access
from apps.ganeti.jobs.kinds import BUTTONS, KINDS, Right
from apps.ganeti.models import Cluster, Job
from tests.addresses import (
    ADMIN,
    OURS,
    address_of,
    admin_address,
    create_application,
    rolled_back,
)

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
# A page for who sees the machine; what is posted says nothing, so it is to be mended.
CHANGE = Rule(
    (LOGIN, 404, 200, 200, 200, 200, 200), (LOGIN, 404, 400, 400, 403, 403, 400)
)
FOR_STAFF = Rule(NO_GET, (LOGIN, 404, 403, 403, 403, 403, 302))
OPERATE = Rule(NO_GET, (LOGIN, 404, 302, 302, 403, 403, 302))
# What a button does goes by who may have a job of its kind.
FOR_A_RIGHT: dict[Right, Rule] = {
    access.may_operate: OPERATE,
    access.may_move: FOR_STAFF,
}
# Nothing is typed in, so that who may ask is asked to.
FATAL = Rule(
    (LOGIN, 404, 200, 200, 403, 403, 200), (LOGIN, 404, 400, 400, 403, 403, 400)
)
STAFF = Rule((LOGIN, 403, 403, 403, 403, 200, 200), (LOGIN, *(405,) * 6))
CHANGE_OF_ONE_S_OWN = Rule(NO_GET, (LOGIN, *(302,) * 6))
MONITOR = Rule(EVERYBODY, NOBODY)
# The POSTs of this table are empty, which some forms want mended.
FORM_OF_ONE_S_OWN = Rule(NO_GET, (LOGIN, *(400,) * 6))
# Alice's: she is the owner, and the owner of a locked machine.
ALICES = Rule(
    (LOGIN, 404, 200, 404, 200, 404, 404), (LOGIN, 404, 302, 404, 302, 404, 404)
)
PEOPLE_FOR_STAFF = Rule((LOGIN, 404, 404, 404, 404, 200, 200), (LOGIN, *(405,) * 6))
NOT_HERE = Rule((404,) * 7, NOBODY)

TABLE: Mapping[str, Rule] = {
    "ganeti:instance-list": PAGE,
    "ganeti:instance-columns": CHANGE_OF_ONE_S_OWN,
    "ganeti:instance-bulk": CHANGE_OF_ONE_S_OWN,
    "ganeti:jobs-running": PAGE,
    "ganeti:instance-detail": MACHINE,
    "ganeti:instance-poll": MACHINE,
    **{f"ganeti:instance-{kind}": FOR_A_RIGHT[KINDS[kind].right] for kind in BUTTONS},
    "ganeti:instance-reinstall": FATAL,
    "ganeti:instance-rename": FATAL,
    "ganeti:instance-destroy": FATAL,
    # A destruction that alice has asked for: the link is for her alone.
    "ganeti:request-confirm": Rule(
        (LOGIN, 404, 200, 404, 200, 404, 404), (LOGIN, 404, 302, 404, 403, 404, 404)
    ),
    "ganeti:request-cancel": Rule(NO_GET, (LOGIN, 404, 302, 404, 302, 404, 302)),
    "ganeti:request-list": STAFF,
    "ganeti:instance-configure": CHANGE,
    # Nothing is a whitelist too, and there is none: nothing to do.
    "ganeti:instance-whitelist": Rule(
        CHANGE.get, (LOGIN, 404, 302, 302, 403, 403, 302)
    ),
    "ganeti:instance-owners": CHANGE,
    "ganeti:instance-lock": FOR_STAFF,
    "ganeti:instance-isolate": FOR_STAFF,
    "ganeti:cluster-refresh": Rule(NO_GET, (LOGIN, 403, 403, 403, 403, 302, 302)),
    # Signed for a node; no token here is.
    "ganeti:owners-keys": Rule((403,) * 7, NOBODY),
    "ganeti:operating-systems": PAGE,
    "ganeti:image-list": Rule((LOGIN, *(404,) * 4, 200, 200), (LOGIN, *(405,) * 6)),
    "ganeti:images-fetch": Rule(NO_GET, (LOGIN, *(404,) * 4, 302, 302)),
    "ganeti:healthz": MONITOR,
    # No watcher runs in this test: the site is not ready, and says so to everybody.
    "ganeti:readyz": Rule((503,) * 7, NOBODY),
    "ganeti:user-info": PEOPLE_FOR_STAFF,
    "ganeti:group-info": PEOPLE_FOR_STAFF,
    "accounts:profile": Rule((LOGIN, *(200,) * 6), (LOGIN, *(400,) * 6)),
    "accounts:greeted": CHANGE_OF_ONE_S_OWN,
    "accounts:keys-add": FORM_OF_ONE_S_OWN,
    "accounts:key-delete": ALICES,
    "accounts:mail-ask": FORM_OF_ONE_S_OWN,
    "accounts:mail-cancel": CHANGE_OF_ONE_S_OWN,
    "accounts:mail-change": ALICES,
    "accounts:login": Rule((200, *(302,) * 6), (200, *(302,) * 6)),
    "accounts:admin-login": Rule((LOGIN, *(403,) * 5, 302), NOBODY),
    "accounts:admin-password-change": Rule((LOGIN, *(302,) * 6), (LOGIN, *(405,) * 6)),
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
    # No page is written, no colour and no analytics file named in this test.
    "pages:info": NOT_HERE,
    "pages:tos": NOT_HERE,
    "pages:faq": NOT_HERE,
    "pages:news": MONITOR,
    "pages:accent": NOT_HERE,
    "pages:analytics": NOT_HERE,
    # The application is alice's: "owner" and "locked" are she.
    "applications:apply": Rule((LOGIN, *(200,) * 6), (LOGIN, *(200,) * 6)),
    "applications:list": PAGE,
    "applications:detail": Rule(
        (LOGIN, 404, 200, 404, 200, 404, 200), (LOGIN, *(405,) * 6)
    ),
    "applications:withdraw": Rule(NO_GET, (LOGIN, 404, 302, 404, 302, 404, 403)),
    "applications:ssh-keys": Rule(EVERYBODY, NOBODY),
    # Of those who come here, root alone is a reviewer.
    "applications:review": Rule(
        (LOGIN, 404, 403, 404, 403, 404, 200), (LOGIN, 404, 403, 404, 403, 404, 200)
    ),
    "applications:panel": Rule((LOGIN, *(403,) * 5, 200), (LOGIN, *(405,) * 6)),
    # No trial of this key runs in this test.
    "applications:trial": Rule((LOGIN, *(403,) * 5, 404), (LOGIN, *(405,) * 6)),
    "applications:create": Rule((LOGIN, *(403,) * 5, 200), (LOGIN, *(403,) * 5, 200)),
}


@pytest.fixture
def people(
    alice: User, bob: User, carol: User, olga: User, root: User
) -> dict[str, User]:
    return {user.username: user for user in (alice, bob, carol, olga, root)}


@pytest.fixture(autouse=True)
def application(alice: User) -> InstanceApplication:
    return create_application(alice)


def test_the_table_says_who_gets_what_at_every_address() -> None:
    assert set(TABLE) == set(OURS)


@pytest.mark.usefixtures("published", "no_rate_limits")
@pytest.mark.parametrize("person", PEOPLE)
def test_each_person_gets_what_the_table_says(
    people: dict[str, User], person: str
) -> None:
    column = PEOPLE.index(person)

    answers = {name: rolled_back(_ask, people, name, CAST[person]) for name in TABLE}

    assert answers == {
        name: (rule.get[column], rule.post[column]) for name, rule in TABLE.items()
    }


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
def test_every_change_needs_a_token(people: dict[str, User]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["root"])

    answers = {
        name: client.post(address_of(name, "web1")).status_code for name in TABLE
    }

    assert {
        name: code for name, code in answers.items() if code not in {403, 405}
    } == {}


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("person", ["anonymous", "stranger", "owner", "viewer"])
def test_the_administration_is_for_superusers_alone(
    people: dict[str, User], cluster: Cluster, person: str
) -> None:
    client = Client()
    if user := CAST[person].user:
        client.force_login(people[user])

    for name in set(ADMIN) - {"admin:login", "admin:logout"}:
        address = admin_address(name, cluster)
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code in {302, 403, 405}, name
            assert b"athens" not in answer.content, name


@pytest.mark.usefixtures("published")
def test_no_page_of_the_administration_breaks(
    client: Client, root: User, cluster: Cluster
) -> None:
    for name in ADMIN:
        client.force_login(root)
        answer = client.get(admin_address(name, cluster))
        assert answer.status_code < 500, name
