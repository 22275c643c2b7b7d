"""Sessions: the list, and how they end."""

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


def log_in(agent: str = FIREFOX, origin: str = "192.0.2.1") -> Client:
    client = Client(headers={"user-agent": agent, "x-forwarded-for": origin})
    data = {"username": "alice", "password": PASSWORD}
    assert client.post(reverse("accounts:login"), data).status_code == 302
    return client


def is_logged_in(client: Client) -> bool:
    return client.get(HOME).status_code == HTTPStatus.OK


def test_sessions_are_listed_with_browser_and_address(alice: User) -> None:
    firefox = log_in()
    log_in(IPHONE, "2001:db8::7")

    page = text(markup(firefox.get(SESSIONS)))

    assert "Firefox on Linux current 192.0.2.1" in page
    assert "Safari on iOS 2001:db8::7" in page


def test_no_page_shows_the_key_of_a_session(alice: User) -> None:
    client = log_in()

    page = markup(client.get(SESSIONS))

    assert Session.objects.get().session_key not in page


def test_one_session_is_ended(alice: User) -> None:
    firefox, iphone = log_in(), log_in(IPHONE)
    other = Session.objects.get(user_agent=IPHONE)

    address = reverse("accounts:session-end", args=(other.number,))
    answer_to_get = firefox.get(address)
    assert is_logged_in(iphone)
    answer = firefox.post(address, follow=True)

    assert answer_to_get.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert "The session has ended" in text(markup(answer))
    assert is_logged_in(firefox)
    assert not is_logged_in(iphone)


def test_all_other_sessions_are_ended(alice: User) -> None:
    """Regression: GET without a token ended all sessions."""
    firefox, iphone, edge = log_in(), log_in(IPHONE), log_in(EDGE)
    address = reverse("accounts:sessions-end")

    firefox.get(address)
    assert is_logged_in(iphone)
    answer = firefox.post(address, follow=True)

    assert "2 other sessions have ended" in text(markup(answer))
    assert [is_logged_in(client) for client in (firefox, iphone, edge)] == [
        True,
        False,
        False,
    ]


def test_ending_this_session_is_logging_out(alice: User) -> None:
    firefox = log_in()

    firefox.post(reverse("accounts:session-end", args=(Session.objects.get().number,)))

    assert not is_logged_in(firefox)


def test_a_session_of_another_user_is_not_ended(alice: User, root: User) -> None:
    iphone = log_in()
    client = Client()
    client.force_login(root)
    number = Session.objects.get(user=alice).number

    answer = client.post(reverse("accounts:session-end", args=(number,)))

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert is_logged_in(iphone)


def test_deactivating_a_user_ends_their_sessions(alice: User) -> None:
    """Regression: a deactivated user's session went on working."""
    client = log_in()

    alice.is_active = False
    alice.save()

    assert not Session.objects.exists()
    assert not is_logged_in(client)


def test_a_session_of_an_inactive_user_does_not_work(alice: User) -> None:
    client = log_in()

    User.objects.update(is_active=False)

    assert Session.objects.exists()
    assert not is_logged_in(client)


def test_the_last_use_is_not_written_at_each_request(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = log_in()
    previous = Session.objects.get()
    # The session with its user.
    with django_assert_num_queries(1):
        client.get(reverse("accounts:login"))
    assert Session.objects.get().seen_at == previous.seen_at

    long_ago = timezone.now() - timedelta(minutes=11)
    Session.objects.update(seen_at=long_ago)
    client.get(SESSIONS)

    current = Session.objects.get()
    assert current.seen_at > long_ago
    assert (current.number, current.started_at) == (
        previous.number,
        previous.started_at,
    )


def test_a_saved_session_keeps_number_start_and_user(alice: User) -> None:
    client = log_in()
    previous = Session.objects.get()

    session = client.session
    session["something"] = 1
    session.save()

    current = Session.objects.get()
    assert (current.number, current.started_at) == (
        previous.number,
        previous.started_at,
    )
    assert current.user == alice
    assert is_logged_in(client)


def test_expired_sessions_are_not_listed_and_can_be_cleared(alice: User) -> None:
    firefox = log_in()
    log_in(IPHONE)
    expired = Session.objects.filter(user_agent=IPHONE)
    expired.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert "Safari" not in text(markup(firefox.get(SESSIONS)))
    call_command("clearsessions")
    assert Session.objects.count() == 1


def test_deleting_a_user_deletes_their_sessions(alice: User) -> None:
    client = log_in()

    alice.delete()

    assert not Session.objects.exists()
    assert not is_logged_in(client)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (IPHONE, "Safari on iOS"),
        (EDGE, "Edge on Windows"),
        ("curl/8.5.0", "curl"),
        ("", "Unknown browser"),
        ("<script>", "Unknown browser"),
    ],
)
def test_browsers_are_named(agent: str, name: str) -> None:
    assert describe(agent) == name
