"""The cached frame equals a rendered one, for every user and page."""

import re
from collections.abc import Iterator
from itertools import product

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from apps.web import fragments
from tests.ganeti.pages import markup, parsed

PAGES = tuple(
    reverse(name)
    for name in (
        "auditlog:history",
        "ganeti:instance-list",
        "applications:list",
        "accounts:profile",
        "pages:news",
    )
)
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
COLOURS = ("auto", "light", "dark")
# Different for each request: tokens, which are masked anew, and times.
PER_REQUEST = re.compile(r"[0-9A-Za-z]{64}|<time[^>]*>[^<]*</time>|[0-9a-f-]{36}")

Visit = tuple[str, str, str, str]


@pytest.fixture
def people(db: None) -> list[str]:
    """Create a user for each variant of the frame; return their names and ""."""
    User.objects.create_superuser("root")
    User.objects.create_user("adam", is_staff=True)
    User.objects.create_user("alice", first_name="Alice", last_name="<Liddell>")
    User.objects.create_user("bob")
    staff = User.objects.create_user("vera")
    staff.user_permissions.add(Permission.objects.get(codename="view_instances"))
    reviewers = Group.objects.create(name="reviewers")
    reviewers.permissions.add(
        Permission.objects.get(codename="change_instanceapplication")
    )
    User.objects.create_user("rhea").groups.add(reviewers)
    return [*User.objects.values_list("username", flat=True), ""]


def all_visits(people: list[str]) -> Iterator[Visit]:
    yield from product(people, LANGUAGES, COLOURS, PAGES)


def page(visit: Visit) -> str:
    username, language, colours, address = visit
    client = Client()
    if username:
        client.force_login(User.objects.get(username=username))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    client.cookies["colours"] = colours
    answer = client.get(address, follow=True)
    return PER_REQUEST.sub("…", markup(answer))


def test_the_cached_frame_equals_a_rendered_one_for_each_user(
    people: list[str],
) -> None:
    fragments.forget()
    # Of parts that an earlier visit has cached, and of others.
    cached_pages = {visit: page(visit) for visit in all_visits(people)}

    for visit, cached_page in cached_pages.items():
        fragments.forget()
        assert cached_page == page(visit), visit


def test_a_page_names_only_its_own_user(people: list[str]) -> None:
    names = [name for name in people if name]
    pages = {name: page((name, "en", "auto", PAGES[0])) for name in names}

    for reader, other in product(names, names):
        assert (f"Account of {other}<" in pages[reader].replace('"', "<")) == (
            reader == other
        )


@pytest.mark.usefixtures("people")
def test_tokens_are_not_shared() -> None:
    tokens = set()
    for name in ("alice", "bob", "alice"):
        client = Client()
        client.force_login(User.objects.get(username=name))
        answer = client.get(PAGES[0])
        fields = parsed(markup(answer)).select("[name=csrfmiddlewaretoken]")
        tokens_of_page = {field["value"] for field in fields}
        assert len(tokens_of_page) == 1, "one of this page"
        tokens |= tokens_of_page

    assert len(tokens) == 3
