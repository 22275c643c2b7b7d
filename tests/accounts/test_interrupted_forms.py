"""Work keeps a session alive; what is sent after its end is not lost."""

import re
from datetime import timedelta
from html import unescape
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from apps.accounts import ssh_public_keys
from apps.accounts.models import Session
from apps.accounts.services import interrupted_forms
from tests.ganeti.pages import markup, parsed

LOGIN = reverse("accounts:login")
PROFILE = reverse("accounts:profile")
LIST = reverse("ganeti:instance-list")
ORIGIN = "http://testserver/?q=web"


@pytest.fixture
def password(alice: User) -> str:
    alice.set_password("alice-s password")
    alice.save()
    return "alice-s password"


@pytest.fixture
def ended(client: Client, password: str) -> str:
    """Return alice's password; she was logged in here until her session ended."""
    log_in(client, password)
    Session.objects.all().delete()
    return password


def sealed_in(page: str) -> str:
    field = parsed(page).select_one("[name=interrupted]")
    return str(field["value"]) if field else ""


def log_in(client: Client, password: str, **fields: str) -> str:
    values = {"username": "alice", "password": password, **fields}
    answer = client.post(LOGIN, values, follow=True)
    assert answer.status_code == 200
    return markup(answer)


# -- a form that was sent without a session


def test_a_form_sent_too_late_is_offered_again_after_the_login(
    client: Client, ended: str
) -> None:
    typed = {"first_name": 'A "line"', "phone": "\nsecond\nthird", "password1": "no"}

    answer = client.post(PROFILE, typed, headers={"Referer": ORIGIN})
    assert answer.status_code == 403
    page = markup(answer)
    assert "Your session has expired" in page
    again = log_in(client, ended, next="/?q=web", interrupted=sealed_in(page))

    assert f'action="{PROFILE}"' in again
    fields = re.findall(
        r'<textarea class="d-none" name="(\w+)">\n(.*?)</textarea>', again, re.DOTALL
    )
    assert {name: unescape(value) for name, value in fields} == {
        "first_name": typed["first_name"],
        "phone": typed["phone"],
    }
    assert 'href="/?q=web"' in again


def test_a_button_leads_back_to_its_page(client: Client, db: None) -> None:
    button = reverse("ganeti:instance-reboot", args=["athens", "web1"])

    answer = client.post(button, headers={"Referer": ORIGIN})

    assert answer["Location"] == f"{LOGIN}?next=/%3Fq%3Dweb"


def test_nobody_else_is_offered_it(client: Client, ended: str) -> None:
    page = markup(client.post(PROFILE, {"phone": "1"}))
    assert sealed_in(page)
    User.objects.create_user("bob", "bob@example.org", "bob-s password")

    again = log_in(
        client, "bob-s password", username="bob", interrupted=sealed_in(page)
    )

    assert "Send now" not in again


def test_nothing_is_kept_of_whoever_never_logged_in_here(
    client: Client, db: None
) -> None:
    page = markup(client.post(PROFILE, {"phone": "1"}))

    assert not sealed_in(page)
    assert "can't be kept" in unescape(page)


def test_no_key_is_looked_for_in_what_is_not_kept(
    client: Client, ended: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has no session could make us look through megabytes."""
    look = Mock()
    monkeypatch.setattr(ssh_public_keys, "marks_private_key", look)

    client.post(PROFILE, {f"n{number}": "\n" * 4_000 for number in range(50)})
    Client().post(PROFILE, {"phone": "1"})

    assert not look.called


def test_a_private_key_is_left_out(client: Client, ended: str) -> None:
    secret = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE"

    page = markup(client.post(PROFILE, {"phone": "a" * 64, "keys": secret}))
    again = log_in(client, ended, interrupted=sealed_in(page))

    assert 'name="phone"' in again
    assert 'name="keys"' not in again


def test_a_wrong_password_keeps_the_form(client: Client, ended: str) -> None:
    page = markup(client.post(PROFILE, {"phone": "1"}))

    failed = client.post(
        LOGIN,
        {"username": "alice", "password": "x", "interrupted": sealed_in(page)},
    )

    again = log_in(client, ended, interrupted=sealed_in(markup(failed)))
    assert f'action="{PROFILE}"' in again


@pytest.mark.parametrize("sealed", ["", "nonsense", "eyJhIjoxfQ:1w:abc", "x" * 100_000])
def test_a_login_with_another_seal_is_a_login(
    client: Client, password: str, sealed: str
) -> None:
    assert "Send now" not in log_in(client, password, interrupted=sealed)


def test_what_is_too_long_is_said_not_to_be_kept(client: Client, ended: str) -> None:
    page = markup(client.post(PROFILE, {"phone": "1 " * interrupted_forms.MAX_LENGTH}))

    assert not sealed_in(page)
    assert "can't be kept" in unescape(page)


def test_a_post_without_a_session_leaves_nothing_here(client: Client, db: None) -> None:
    answer = client.post(PROFILE, {"phone": "1"})

    assert answer.status_code == 403
    assert not Session.objects.exists()


@pytest.mark.parametrize("origin", ["http://evil.example/", "", "javascript:x"])
def test_the_way_back_is_on_this_site(client: Client, db: None, origin: str) -> None:
    page = markup(client.post(PROFILE, {"phone": "1"}, headers={"Referer": origin}))

    assert '<input type="hidden" name="next" value="">' in page


def test_the_way_back_leads_to_no_other_host(client: Client, db: None) -> None:
    origin = "http://testserver//evil.example/x"

    page = markup(client.post(PROFILE, {"phone": "1"}, headers={"Referer": origin}))

    assert '<input type="hidden" name="next" value="/%2Fevil.example/x">' in page


# -- addresses that take forms only


def test_an_address_for_forms_says_so_when_it_is_opened(
    client: Client, alice: User
) -> None:
    client.force_login(alice)

    answer = client.get(reverse("ganeti:instance-bulk"))

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "isn't a page" in unescape(markup(answer))


# -- how long a session lasts


def test_work_renews_a_session(client: Client, alice: User, settings: Settings) -> None:
    client.force_login(alice)
    soon = timezone.now() + timedelta(minutes=1)
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Session.objects.update(expire_date=soon, seen_at=an_hour_ago)

    answer = client.get(PROFILE)

    ends_at = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    left = abs(Session.objects.get().expire_date - ends_at)
    assert left < timedelta(minutes=1)
    cookie = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert abs(int(cookie["max-age"]) - settings.SESSION_COOKIE_AGE) < 60
    assert cookie["httponly"]
    assert settings.SESSION_COOKIE_NAME not in client.get(PROFILE).cookies


def test_a_session_ends_however_much_it_is_used(
    client: Client, alice: User, settings: Settings
) -> None:
    client.force_login(alice)
    now = timezone.now()
    longest = timedelta(seconds=settings.SESSION_LONGEST_AGE)
    began = now - longest + timedelta(minutes=5)
    Session.objects.update(started_at=began, seen_at=now - timedelta(hours=1))

    client.get(PROFILE)

    assert Session.objects.get().expire_date <= began + longest


# -- what browsers and proxies keep


@pytest.mark.parametrize("path", [PROFILE, "/no/such/page"])
def test_no_cache_keeps_pages(client: Client, alice: User, path: str) -> None:
    client.force_login(alice)

    assert client.get(path)["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("path", [LIST, LOGIN])
def test_no_cache_keeps_what_strangers_are_sent(client: Client, path: str) -> None:
    assert "no-store" in client.get(path)["Cache-Control"]
