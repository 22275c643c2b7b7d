"""Renewing sessions, and keeping forms that are sent after their end."""

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
def expired_login(client: Client, password: str) -> str:
    """Return alice's password, after her session in this browser has ended."""
    log_in(client, password)
    Session.objects.all().delete()
    return password


def sealed_form_in(page: str) -> str:
    field = parsed(page).select_one("[name=interrupted]")
    return str(field["value"]) if field else ""


def log_in(client: Client, password: str, **fields: str) -> str:
    values = {"username": "alice", "password": password, **fields}
    answer = client.post(LOGIN, values, follow=True)
    assert answer.status_code == 200
    return markup(answer)


# -- a form that was sent without a session


def test_an_interrupted_form_is_offered_again_after_login(
    client: Client, expired_login: str
) -> None:
    typed = {"first_name": 'A "line"', "phone": "\nsecond\nthird", "password1": "no"}

    answer = client.post(PROFILE, typed, headers={"Referer": ORIGIN})
    assert answer.status_code == 403
    page = markup(answer)
    assert "Your session has expired" in page
    next_page = log_in(
        client, expired_login, next="/?q=web", interrupted=sealed_form_in(page)
    )

    assert f'action="{PROFILE}"' in next_page
    areas = parsed(next_page).select("textarea.d-none")
    # A browser drops the first line break.
    assert {area["name"]: area.text.removeprefix("\n") for area in areas} == {
        "first_name": typed["first_name"],
        "phone": typed["phone"],
    }
    assert 'href="/?q=web"' in next_page


def test_an_interrupted_button_leads_back_to_its_page(client: Client, db: None) -> None:
    button = reverse("ganeti:instance-reboot", args=["athens", "web1"])

    answer = client.post(button, headers={"Referer": ORIGIN})

    assert answer["Location"] == f"{LOGIN}?next=/%3Fq%3Dweb"


def test_an_interrupted_form_is_not_offered_to_another_user(
    client: Client, expired_login: str
) -> None:
    page = markup(client.post(PROFILE, {"phone": "1"}))
    assert sealed_form_in(page)
    User.objects.create_user("bob", "bob@example.org", "bob-s password")

    next_page = log_in(
        client, "bob-s password", username="bob", interrupted=sealed_form_in(page)
    )

    assert "Send now" not in next_page


def test_forms_of_unknown_browsers_are_not_kept(client: Client, db: None) -> None:
    page = markup(client.post(PROFILE, {"phone": "1"}))

    assert not sealed_form_in(page)
    assert "can't be kept" in unescape(page)


def test_forms_that_are_not_kept_are_not_scanned_for_keys(
    client: Client, expired_login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anonymous requests could make us scan megabytes."""
    scan = Mock()
    monkeypatch.setattr(ssh_public_keys, "marks_private_key", scan)

    client.post(PROFILE, {f"n{number}": "\n" * 4_000 for number in range(50)})
    Client().post(PROFILE, {"phone": "1"})

    assert not scan.called


def test_a_private_key_is_left_out(client: Client, expired_login: str) -> None:
    secret = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE"

    page = markup(client.post(PROFILE, {"phone": "a" * 64, "keys": secret}))
    next_page = log_in(client, expired_login, interrupted=sealed_form_in(page))

    assert 'name="phone"' in next_page
    assert 'name="keys"' not in next_page


def test_a_wrong_password_keeps_the_form(client: Client, expired_login: str) -> None:
    page = markup(client.post(PROFILE, {"phone": "1"}))

    failed = client.post(
        LOGIN,
        {"username": "alice", "password": "x", "interrupted": sealed_form_in(page)},
    )

    next_page = log_in(
        client, expired_login, interrupted=sealed_form_in(markup(failed))
    )
    assert f'action="{PROFILE}"' in next_page


@pytest.mark.parametrize("sealed", ["", "nonsense", "eyJhIjoxfQ:1w:abc", "x" * 100_000])
def test_login_ignores_an_invalid_interrupted_form(
    client: Client, password: str, sealed: str
) -> None:
    assert "Send now" not in log_in(client, password, interrupted=sealed)


def test_a_form_that_is_too_long_is_not_kept(
    client: Client, expired_login: str
) -> None:
    page = markup(client.post(PROFILE, {"phone": "1 " * interrupted_forms.MAX_LENGTH}))

    assert not sealed_form_in(page)
    assert "can't be kept" in unescape(page)


def test_a_post_without_a_session_creates_none(client: Client, db: None) -> None:
    answer = client.post(PROFILE, {"phone": "1"})

    assert answer.status_code == 403
    assert not Session.objects.exists()


@pytest.mark.parametrize("origin", ["http://evil.example/", "", "javascript:x"])
def test_the_next_page_is_never_another_site(
    client: Client, db: None, origin: str
) -> None:
    page = markup(client.post(PROFILE, {"phone": "1"}, headers={"Referer": origin}))

    assert '<input type="hidden" name="next" value="">' in page


def test_the_next_page_is_never_another_host(client: Client, db: None) -> None:
    origin = "http://testserver//evil.example/x"

    page = markup(client.post(PROFILE, {"phone": "1"}, headers={"Referer": origin}))

    assert '<input type="hidden" name="next" value="/%2Fevil.example/x">' in page


# -- addresses that take forms only


def test_a_form_address_explains_itself_on_get(client: Client, alice: User) -> None:
    client.force_login(alice)

    answer = client.get(reverse("ganeti:instance-bulk"))

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "isn't a page" in unescape(markup(answer))


# -- how long a session lasts


def test_use_renews_a_session(client: Client, alice: User, settings: Settings) -> None:
    client.force_login(alice)
    soon = timezone.now() + timedelta(minutes=1)
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Session.objects.update(expire_date=soon, seen_at=an_hour_ago)

    answer = client.get(PROFILE)

    ends_at = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    difference = abs(Session.objects.get().expire_date - ends_at)
    assert difference < timedelta(minutes=1)
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
    started_at = now - longest + timedelta(minutes=5)
    Session.objects.update(started_at=started_at, seen_at=now - timedelta(hours=1))

    client.get(PROFILE)

    assert Session.objects.get().expire_date <= started_at + longest


# -- caches of browsers and proxies


@pytest.mark.parametrize("path", [PROFILE, "/no/such/page"])
def test_pages_are_not_cached(client: Client, alice: User, path: str) -> None:
    client.force_login(alice)

    assert client.get(path)["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("path", [LIST, LOGIN])
def test_pages_for_anonymous_users_are_not_cached(client: Client, path: str) -> None:
    assert "no-store" in client.get(path)["Cache-Control"]
