"""Statuses of every address for every kind of person, by GET and POST.

A new address fails here until it is added to the table.
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
from pytest_django import Settings

from apps.applications.models import InstanceApplication
from apps.auditlog.models import AuditEntry
from apps.ganeti import access
from apps.ganeti.jobs.kinds import BUTTONS, KINDS, Permission
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
    """A user, and the machine that they request."""

    user: str | None
    machine: str


PERSONS: Mapping[str, Person] = {
    "anonymous": Person(None, "web1"),
    "stranger": Person("carol", "web1"),
    "owner": Person("alice", "web1"),
    "member": Person("bob", "web10"),
    "locked": Person("alice", "mail1"),
    "viewer": Person("olga", "web1"),
    "root": Person("root", "web1"),
}


class Rule(NamedTuple):
    """Statuses for each of PEOPLE by GET and by POST."""

    get: tuple[int, ...]
    post: tuple[int, ...]


LOGIN = 302  # redirect of anonymous users
ALL_405 = (405,) * 7
ALL_200 = (200,) * 7
NO_GET = (LOGIN, *(405,) * 6)

PAGE = Rule((LOGIN, *(200,) * 6), (LOGIN, *(405,) * 6))
MACHINE = Rule((LOGIN, 404, 200, 200, 200, 200, 200), (LOGIN, *(405,) * 6))
# The form is for users who see the machine; an empty POST is invalid.
CHANGE = Rule(
    (LOGIN, 404, 200, 200, 200, 200, 200), (LOGIN, 404, 400, 400, 403, 403, 400)
)
FOR_STAFF = Rule(NO_GET, (LOGIN, 404, 403, 403, 403, 403, 302))
OPERATE = Rule(NO_GET, (LOGIN, 404, 302, 302, 403, 403, 302))
# Actions by the right of their kind of job.
FOR_A_RIGHT: dict[Permission, Rule] = {
    access.may_operate: OPERATE,
    access.may_move: FOR_STAFF,
}
# Irreversible actions; an empty POST is invalid.
FATAL = Rule(
    (LOGIN, 404, 200, 200, 403, 403, 200), (LOGIN, 404, 400, 400, 403, 403, 400)
)
STAFF = Rule((LOGIN, 403, 403, 403, 403, 200, 200), (LOGIN, *(405,) * 6))
OWN_CHANGE = Rule(NO_GET, (LOGIN, *(302,) * 6))
MONITOR = Rule(ALL_200, ALL_405)
# Forms for which an empty POST is invalid.
OWN_FORM = Rule(NO_GET, (LOGIN, *(400,) * 6))
# Objects of alice, who is "owner" and "locked".
OWN_OBJECT = Rule(
    (LOGIN, 404, 200, 404, 200, 404, 404), (LOGIN, 404, 302, 404, 302, 404, 404)
)
PEOPLE_FOR_STAFF = Rule((LOGIN, 404, 404, 404, 404, 200, 200), (LOGIN, *(405,) * 6))
FOR_ROOT = Rule((LOGIN, *(404,) * 5, 200), (LOGIN, *(405,) * 6))
ROOT_CHANGES = Rule(NO_GET, (LOGIN, *(404,) * 5, 302))

NOT_HERE = Rule((404,) * 7, ALL_405)

TABLE: Mapping[str, Rule] = {
    "ganeti:instance-list": PAGE,
    "ganeti:instance-columns": OWN_CHANGE,
    "ganeti:instance-bulk": OWN_CHANGE,
    "ganeti:job-list": PAGE,
    "ganeti:job-list-poll": PAGE,
    "ganeti:jobs-running": PAGE,
    "ganeti:jobs-menu": PAGE,
    "ganeti:jobs-read": OWN_CHANGE,
    # A finished job of alice's on the machine.
    "ganeti:job-detail": MACHINE,
    "ganeti:job-poll": MACHINE,
    "ganeti:job-cancel": Rule(NO_GET, (LOGIN, 404, 302, 403, 302, 403, 302)),
    "ganeti:instance-detail": MACHINE,
    "ganeti:instance-poll": MACHINE,
    **{
        f"ganeti:instance-{kind}": FOR_A_RIGHT[KINDS[kind].permission]
        for kind in BUTTONS
    },
    "ganeti:instance-reinstall": FATAL,
    "ganeti:instance-rename": FATAL,
    "ganeti:instance-destroy": FATAL,
    # A request of alice's to destroy a machine: the link is for her only.
    "ganeti:request-confirm": Rule(
        (LOGIN, 404, 200, 404, 200, 404, 404), (LOGIN, 404, 302, 404, 403, 404, 404)
    ),
    "ganeti:request-cancel": Rule(NO_GET, (LOGIN, 404, 302, 404, 302, 404, 302)),
    "ganeti:request-list": STAFF,
    "ganeti:instance-configure": CHANGE,
    # An empty whitelist is valid, and no change.
    "ganeti:instance-whitelist": Rule(
        CHANGE.get, (LOGIN, 404, 302, 302, 403, 403, 302)
    ),
    "ganeti:instance-owners": CHANGE,
    "ganeti:instance-lock": FOR_STAFF,
    "ganeti:instance-isolate": FOR_STAFF,
    "ganeti:cluster-list": PEOPLE_FOR_STAFF,
    "ganeti:cluster-detail": PEOPLE_FOR_STAFF,
    # An empty POST has no reason.
    "ganeti:group-maintenance": Rule(NO_GET, (LOGIN, *(404,) * 4, 403, 400)),
    # The cluster has no networks.
    "ganeti:network-detail": Rule((LOGIN, *(404,) * 6), (LOGIN, *(405,) * 6)),
    "ganeti:node-list": PEOPLE_FOR_STAFF,
    "ganeti:node-detail": PEOPLE_FOR_STAFF,
    "ganeti:cluster-refresh": Rule(NO_GET, (LOGIN, 403, 403, 403, 403, 302, 302)),
    # Needs a signed token.
    "ganeti:owners-keys": Rule((403,) * 7, ALL_405),
    "ganeti:operating-systems": PAGE,
    "ganeti:image-list": PEOPLE_FOR_STAFF,
    "ganeti:images-fetch": Rule(NO_GET, (LOGIN, *(404,) * 4, 302, 302)),
    "ganeti:graph-machine": MACHINE,
    "ganeti:graph-data": MACHINE,
    # Nothing listens at the address of the grapher: the image for missing ones.
    "ganeti:graph-image": Rule(
        (LOGIN, 404, 302, 302, 302, 302, 302), (LOGIN, *(405,) * 6)
    ),
    "ganeti:graph-all": PEOPLE_FOR_STAFF,
    "ganeti:graph-cluster": PEOPLE_FOR_STAFF,
    "ganeti:healthz": MONITOR,
    # No watcher runs in this test, so the site is not ready.
    "ganeti:readyz": Rule((503,) * 7, ALL_405),
    "ganeti:user-info": PEOPLE_FOR_STAFF,
    "ganeti:group-info": PEOPLE_FOR_STAFF,
    "web:search": PAGE,
    "accounts:profile": Rule((LOGIN, *(200,) * 6), (LOGIN, *(400,) * 6)),
    "accounts:greeted": OWN_CHANGE,
    "accounts:keys-add": OWN_FORM,
    "accounts:key-delete": OWN_OBJECT,
    "accounts:mail-ask": OWN_FORM,
    "accounts:mail-cancel": OWN_CHANGE,
    "accounts:mail-change": OWN_OBJECT,
    "accounts:login": Rule((200, *(302,) * 6), (200, *(302,) * 6)),
    "accounts:admin-login": Rule((LOGIN, *(403,) * 5, 302), ALL_405),
    "accounts:admin-password-change": Rule((LOGIN, *(302,) * 6), (LOGIN, *(405,) * 6)),
    "accounts:register": Rule((200, *(302,) * 6), (400, *(302,) * 6)),
    "accounts:registered": Rule(ALL_200, ALL_405),
    "accounts:confirm": Rule((404,) * 7, (302,) * 7),
    "accounts:applicants": Rule((LOGIN, *(404,) * 5, 200), (LOGIN, *(405,) * 6)),
    "accounts:decide": Rule((LOGIN, *(404,) * 6), (LOGIN, *(404,) * 5, 400)),
    "accounts:password-change": Rule((LOGIN, *(403,) * 6), (LOGIN, *(403,) * 6)),
    "accounts:password-reset": Rule(ALL_200, ALL_200),
    "accounts:password-reset-sent": Rule(ALL_200, ALL_405),
    "accounts:password-reset-confirm": Rule((410,) * 7, (410,) * 7),
    "accounts:sessions": PAGE,
    "accounts:sessions-end": OWN_CHANGE,
    # No user has a session of this number.
    "accounts:session-end": Rule(NO_GET, (LOGIN, *(404,) * 6)),
    "ganeti:idle-accounts": Rule(
        (LOGIN, 404, 404, 404, 404, 200, 200), (LOGIN, *(405,) * 6)
    ),
    "accounts:logout": OWN_CHANGE,
    "accounts:set-language": Rule(ALL_405, (302,) * 7),
    "accounts:set-colours": Rule(ALL_405, (302,) * 7),
    "auditlog:history": PAGE,
    # Pages, accent colour and analytics are not configured in this test.
    "pages:info": NOT_HERE,
    "pages:tos": NOT_HERE,
    "pages:faq": NOT_HERE,
    "pages:news": MONITOR,
    "pages:accent": NOT_HERE,
    "pages:analytics": NOT_HERE,
    # The application is alice's, who is "owner" and "locked".
    "applications:apply": Rule((LOGIN, *(200,) * 6), (LOGIN, *(200,) * 6)),
    "applications:list": PAGE,
    "applications:detail": Rule(
        (LOGIN, 404, 200, 404, 200, 404, 200), (LOGIN, *(405,) * 6)
    ),
    "applications:withdraw": Rule(NO_GET, (LOGIN, 404, 302, 404, 302, 404, 403)),
    "applications:ssh-keys": Rule(ALL_200, ALL_405),
    # Only root is a reviewer.
    "applications:review": Rule(
        (LOGIN, 404, 403, 404, 403, 404, 200), (LOGIN, 404, 403, 404, 403, 404, 200)
    ),
    "applications:panel": Rule((LOGIN, *(403,) * 5, 200), (LOGIN, *(405,) * 6)),
    # No trial of this key runs in this test.
    "applications:trial": Rule((LOGIN, *(403,) * 5, 404), (LOGIN, *(405,) * 6)),
    "applications:create": Rule((LOGIN, *(403,) * 5, 200), (LOGIN, *(403,) * 5, 200)),
    # Only root has the rights on notifications; they are given to others in the tests
    # of that app.
    "notifications:archive": FOR_ROOT,
    "notifications:detail": FOR_ROOT,
    "notifications:targets": FOR_ROOT,
    "notifications:review": FOR_ROOT,
    # An empty form is invalid.
    "notifications:compose": Rule(FOR_ROOT.get, (LOGIN, *(404,) * 5, 400)),
    "notifications:edit": Rule(FOR_ROOT.get, (LOGIN, *(404,) * 5, 400)),
    "notifications:send": ROOT_CHANGES,
    "notifications:delete": ROOT_CHANGES,
    "notifications:retry": ROOT_CHANGES,
    "notifications:copy": ROOT_CHANGES,
    "notifications:inbox": PAGE,
    "notifications:read-all": OWN_CHANGE,
    # An empty zone is that of the site.
    "notifications:set-zone": Rule(PAGE.get, OWN_CHANGE.post),
    # Alice's.
    "notifications:message": Rule(OWN_OBJECT.get, (LOGIN, *(405,) * 6)),
    "notifications:read": Rule(NO_GET, OWN_OBJECT.post),
}


@pytest.fixture
def people(
    alice: User, bob: User, carol: User, olga: User, root: User
) -> dict[str, User]:
    return {user.username: user for user in (alice, bob, carol, olga, root)}


@pytest.fixture(autouse=True)
def application(alice: User) -> InstanceApplication:
    return create_application(alice)


@pytest.fixture(autouse=True)
def _graphs(settings: Settings) -> None:
    settings.COLLECTD_URL = settings.PROMETHEUS_URL = "http://127.0.0.1:9"


def test_the_table_has_every_address() -> None:
    assert set(TABLE) == set(OURS)


@pytest.mark.usefixtures("published", "no_rate_limits")
@pytest.mark.parametrize("person", PEOPLE)
def test_statuses_are_those_of_the_table(people: dict[str, User], person: str) -> None:
    column = PEOPLE.index(person)

    responses = {
        name: rolled_back(_request_statuses, people, name, PERSONS[person])
        for name in TABLE
    }

    assert responses == {
        name: (rule.get[column], rule.post[column]) for name, rule in TABLE.items()
    }


def _request_statuses(
    people: dict[str, User], name: str, person: Person
) -> tuple[int, int]:
    """Return the statuses of GET and POST for a person.

    Assert that the GET changes nothing, and redirects anonymous users to the login.
    """
    client = Client()
    if person.user:
        client.force_login(people[person.user])
    address = address_of(name, person.machine)
    counts = (Job.objects.count(), AuditEntry.objects.count())

    get_response = client.get(address)
    assert (Job.objects.count(), AuditEntry.objects.count()) == counts
    post_response = client.post(address)

    if person.user is None and get_response.status_code == LOGIN:
        assert get_response.headers["Location"].startswith(reverse("accounts:login"))
    return get_response.status_code, post_response.status_code


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    "name", sorted(name for name, parameters in OURS.items() if "name" in parameters)
)
def test_a_stranger_gets_the_same_page_for_hidden_and_missing_machines(
    client: Client, carol: User, name: str
) -> None:
    client.force_login(carol)
    method = client.get if TABLE[name].get[1] == 404 else client.post

    existing = method(address_of(name, "web1"))
    missing = method(address_of(name, "none"))

    assert existing.status_code == missing.status_code == 404
    assert _without_names(existing) == _without_names(missing)


def _without_names(response: HttpResponseBase) -> str:
    """Return a page without names and CSRF tokens, which differ."""
    page = response.content.decode() if isinstance(response, HttpResponse) else ""
    return re.sub(r"web1|none|[A-Za-z0-9]{64}", "", page)


@pytest.mark.usefixtures("published")
def test_every_post_needs_a_csrf_token(people: dict[str, User]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["root"])

    responses = {
        name: client.post(address_of(name, "web1")).status_code for name in TABLE
    }

    assert {
        name: status for name, status in responses.items() if status not in {403, 405}
    } == {}


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("person", ["anonymous", "stranger", "owner", "viewer"])
def test_the_administration_is_for_superusers_alone(
    people: dict[str, User], cluster: Cluster, person: str
) -> None:
    client = Client()
    if user := PERSONS[person].user:
        client.force_login(people[user])

    for name in set(ADMIN) - {"admin:login", "admin:logout"}:
        address = admin_address(name, cluster)
        for response in (client.get(address), client.post(address)):
            assert response.status_code in {302, 403, 405}, name
            assert b"athens" not in response.content, name


@pytest.mark.usefixtures("published")
def test_pages_of_the_administration_do_not_fail(
    client: Client, root: User, cluster: Cluster
) -> None:
    for name in ADMIN:
        client.force_login(root)
        response = client.get(admin_address(name, cluster))
        assert response.status_code < 500, name
