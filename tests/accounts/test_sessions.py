"""Sessions: whose they are, from where, and how they end."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Session
from apps.accounts.user_agents import describe
from tests.accounts.conftest import PASSWORD
from tests.ganeti.pages import markup, text

SESSIONS = reverse("accounts:sessions")
HOME = reverse("auditlog:history")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
)


def logged_in(agent: str = FIREFOX, origin: str = "192.0.2.1") -> Client:
    client = Client(headers={"user-agent": agent, "x-forwarded-for": origin})
    sent = {"username": "alice", "password": PASSWORD}
    assert client.post(reverse("accounts:login"), sent).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get(HOME).status_code == HTTPStatus.OK


def test_the_list_says_by_what_and_from_where(alice: User) -> None:
    here = logged_in()
    logged_in(IPHONE, "2001:db8::7")

    page = text(markup(here.get(SESSIONS)))

    assert "Firefox on Linux current 192.0.2.1" in page
    assert "Safari on iOS 2001:db8::7" in page


def test_no_page_shows_the_key_of_a_session(alice: User) -> None:
    client = logged_in()

    page = markup(client.get(SESSIONS))

    assert Session.objects.get().session_key not in page


def test_one_session_is_ended(alice: User) -> None:
    here, there = logged_in(), logged_in(IPHONE)
    other = Session.objects.get(user_agent=IPHONE)

    address = reverse("accounts:session-end", args=(other.number,))
    got = here.get(address)
    assert is_in(there)
    answer = here.post(address, follow=True)

    assert got.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert "The session has ended" in text(markup(answer))
    assert is_in(here)
    assert not is_in(there)


def test_all_others_are_ended(alice: User) -> None:
    """never-again: by GET and without a token: all sessions ended."""
    here, there, elsewhere = logged_in(), logged_in(IPHONE), logged_in(EDGE)
    address = reverse("accounts:sessions-end")

    here.get(address)
    assert is_in(there)
    answer = here.post(address, follow=True)

    assert "2 other sessions have ended" in text(markup(answer))
    assert [is_in(each) for each in (here, there, elsewhere)] == [True, False, False]


def test_ending_this_session_is_logging_out(alice: User) -> None:
    here = logged_in()

    here.post(reverse("accounts:session-end", args=(Session.objects.get().number,)))

    assert not is_in(here)


def test_nobody_ends_sessions_of_others(alice: User, root: User) -> None:
    there = logged_in()
    client = Client()
    client.force_login(root)
    number = Session.objects.get(user=alice).number

    answer = client.post(reverse("accounts:session-end", args=(number,)))

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert is_in(there)


def test_who_is_deactivated_has_no_sessions_left(alice: User) -> None:
    """never-again: a deactivated user's session went on working."""
    client = logged_in()

    alice.is_active = False
    alice.save()

    assert not Session.objects.exists()
    assert not is_in(client)


def test_a_session_of_somebody_inactive_does_not_work(alice: User) -> None:
    client = logged_in()

    User.objects.update(is_active=False)

    assert Session.objects.exists()
    assert not is_in(client)


def test_the_last_use_is_known_but_not_written_each_time(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = logged_in()
    before = Session.objects.get()
    # The session with its user.
    with django_assert_num_queries(1):
        client.get(reverse("accounts:login"))
    assert Session.objects.get().seen_at == before.seen_at

    old = timezone.now() - timedelta(minutes=11)
    Session.objects.update(seen_at=old)
    client.get(SESSIONS)

    after = Session.objects.get()
    assert after.seen_at > old
    assert (after.number, after.started_at) == (before.number, before.started_at)


def test_a_session_that_is_written_again_stays_itself(alice: User) -> None:
    client = logged_in()
    before = Session.objects.get()

    session = client.session
    session["something"] = 1
    session.save()

    after = Session.objects.get()
    assert (after.number, after.started_at) == (before.number, before.started_at)
    assert after.user == alice
    assert is_in(client)


def test_those_that_are_over_are_not_listed_and_can_be_cleared(alice: User) -> None:
    here = logged_in()
    logged_in(IPHONE)
    gone = Session.objects.filter(user_agent=IPHONE)
    gone.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert "Safari" not in text(markup(here.get(SESSIONS)))
    call_command("clearsessions")
    assert Session.objects.count() == 1


def test_a_user_who_is_deleted_takes_the_sessions_along(alice: User) -> None:
    client = logged_in()

    alice.delete()

    assert not Session.objects.exists()
    assert not is_in(client)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (IPHONE, "Safari on iOS"),
        (EDGE, "Edge on Windows"),
        ("curl/8.5.0", "curl"),
        ("", "Unknown browser"),
        ("<script>", "Unknown browser"),
    ],
)
def test_browsers_are_called_as_people_call_them(agent: str, words: str) -> None:
    assert describe(agent) == words
