"""Login throttling, per account and client address."""

import time
from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.contrib.auth import hashers
from django.contrib.auth.models import User
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from apps.accounts.services import login_throttle
from tests.accounts.conftest import PASSWORD
from tests.ganeti.pages import markup, text

LOGIN = reverse("accounts:login")
TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS
pytestmark = pytest.mark.usefixtures("alice")


def attempt(
    client: Client, password: str, name: str = "alice", origin: str = "192.0.2.1"
) -> HttpResponseBase:
    return client.post(
        LOGIN,
        {"username": name, "password": password},
        headers={"x-forwarded-for": origin},
    )


def fail(client: Client, count: int = 5, **values: str) -> None:
    for _ in range(count):
        assert attempt(client, "wrong", **values).status_code == HTTPStatus.OK


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    now = [time.time()]
    monkeypatch.setattr(time, "time", lambda: now[0])

    def pass_minutes(minutes: int) -> None:
        now[0] += minutes * 60

    return pass_minutes


def test_the_right_password_is_refused_after_thirty_wrong_ones(
    client: Client,
) -> None:
    """Regression: attempts were not limited."""
    for _ in range(30):
        attempt(client, "wrong")

    answer = attempt(client, PASSWORD)

    assert answer.status_code == TOO_MANY
    assert 800 < int(answer["Retry-After"]) <= 900
    assert "Too many failed login attempts" in text(markup(answer))
    assert "15 minutes" in text(markup(answer))
    assert "_auth_user_id" not in client.session


def test_the_remaining_wait_is_shown_and_ends(
    client: Client, pass_time: Callable[[int], None]
) -> None:
    fail(client)
    pass_time(12)
    assert "3 minutes" in text(markup(attempt(client, PASSWORD)))

    pass_time(3)
    assert attempt(client, PASSWORD).status_code == HTTPStatus.FOUND


def test_no_password_is_hashed_during_the_wait(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(client)
    monkeypatch.setattr(hashers, "check_password", pytest.fail)
    monkeypatch.setattr(hashers, "make_password", pytest.fail)

    assert attempt(client, PASSWORD).status_code == TOO_MANY


@pytest.mark.parametrize(
    "other", [{"name": "bob"}, {"origin": "192.0.2.2"}], ids=["name", "address"]
)
def test_the_limit_is_per_name_and_address(
    client: Client, other: dict[str, str]
) -> None:
    User.objects.create_user("bob", "bob@example.org", PASSWORD)
    fail(client)

    assert attempt(client, PASSWORD, **other).status_code == HTTPStatus.FOUND


def test_ipv6_addresses_of_one_64_share_a_limit(client: Client) -> None:
    for number in range(5):
        fail(client, 1, origin=f"2001:db8::{number}")

    assert attempt(client, PASSWORD, origin="2001:db8::9").status_code == TOO_MANY
    answer = attempt(client, PASSWORD, origin="2001:db8:0:1::9")
    assert answer.status_code == HTTPStatus.FOUND


def test_many_names_from_one_address_are_limited(
    client: Client, settings: Settings
) -> None:
    limit(settings, "login-address", address=(8, 900))
    for number in range(8):
        fail(client, 1, name=f"user{number}")

    assert attempt(client, PASSWORD).status_code == TOO_MANY
    answer = attempt(client, PASSWORD, origin="192.0.2.2")
    assert answer.status_code == HTTPStatus.FOUND


def limit(settings: Settings, action: str, **limits: tuple[int, int]) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, action: limits}


def test_right_passwords_do_not_count_for_an_address(
    client: Client, settings: Settings
) -> None:
    limit(settings, "login-address", address=(2, 900))
    for _ in range(4):
        assert attempt(Client(), PASSWORD).status_code == HTTPStatus.FOUND


def test_an_account_under_attack_is_slow_to_guess_and_open_to_its_owner(
    client: Client, settings: Settings
) -> None:
    limit(settings, "login-account", account=(10, 900))
    for number in range(10):
        fail(client, 1, origin=f"2001:db8:{number}::1")

    # From now on each address has a single attempt, and its owner has one too.
    fail(client, 1, origin="198.51.100.1")
    assert attempt(client, PASSWORD, origin="198.51.100.1").status_code == TOO_MANY
    answer = attempt(client, PASSWORD, origin="203.0.113.1")
    assert answer.status_code == HTTPStatus.FOUND


def test_browsers_and_spellings_of_a_name_share_a_limit(client: Client) -> None:
    for agent, name in enumerate(("alice", "Alice", "ALICE ", "aLice", "al\xedce")):
        client.post(
            LOGIN,
            {"username": name, "password": "wrong"},
            headers={"user-agent": f"Agent {agent}", "x-forwarded-for": "192.0.2.1"},
        )

    assert attempt(client, PASSWORD).status_code == TOO_MANY


def test_names_equal_for_the_database_share_a_limit(
    client: Client,
) -> None:
    """Which spellings these are depends on the collation."""
    User.objects.create_user("renee", "r@example.org", PASSWORD)
    spellings = ["RENEE", "ren\xe9e", "re\u0301nee", "re\u200bnee", "\uff52enee"]
    equal_names = [
        name for name in spellings if User.objects.filter(username=name).exists()
    ]
    for name in [*equal_names, *["renee"] * 5][:5]:
        attempt(client, "wrong", name)

    assert attempt(client, PASSWORD, "renee").status_code == TOO_MANY


def test_forwarded_addresses_are_trusted_from_this_host_only(client: Client) -> None:
    for number in range(6):
        answer = client.post(
            LOGIN,
            {"username": "alice", "password": "wrong"},
            headers={"x-forwarded-for": f"192.0.2.{number}"},
            REMOTE_ADDR="198.51.100.1",
        )

    assert answer.status_code == TOO_MANY


def test_a_right_password_resets_the_limit(client: Client) -> None:
    fail(client, 4)
    attempt(client, PASSWORD)

    fail(Client(), 5)


def test_a_password_that_a_directory_could_not_check_does_not_count() -> None:
    request = RequestFactory().post(LOGIN)
    request.directory_is_away = True  # type: ignore[attr-defined]

    for _ in range(9):
        attempted = login_throttle.log_in(request, "dave", "anything")
        assert attempted == login_throttle.Attempt()


def test_the_limits_are_settings(client: Client, settings: Settings) -> None:
    limit(settings, "login", account_and_address=(1, 60))
    fail(client, 1)

    assert "Try again in 1 minute;" in text(markup(attempt(client, "wrong")))


def test_unknown_names_are_limited_too(client: Client) -> None:
    fail(client, name="nobody")

    assert attempt(client, "wrong", name="nobody").status_code == TOO_MANY


def test_a_wrong_password_is_logged_in_one_line(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    attempt(client, "wrong", name="eve")

    assert "Wrong password for eve from 192.0.2.1" in caplog.messages


def test_an_overlong_name_is_refused_without_normalizing_it(client: Client) -> None:
    """Unicode normalization of 4 kB of combining marks took 0.04 s, of 12 kB 0.25 s."""
    name = "a" + "\u0300" * 30_000 + "\u0316" * 30_000
    start = time.thread_time()

    answer = attempt(client, "wrong", name=name)

    assert time.thread_time() - start < 1
    assert "at most 150 characters" in text(markup(answer))


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_administration_has_no_login_form(
    client: Client, root: User, method: str
) -> None:
    data = {"username": "root", "password": PASSWORD}

    answer = getattr(client, method)("/admin/login/", data)

    if method == "get":
        assert answer.url == f"{LOGIN}?next=%2Fadmin%2F"
    else:
        assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert "_auth_user_id" not in client.session


def test_the_administration_is_forbidden_without_a_redirect_loop(
    client: Client, alice: User
) -> None:
    client.force_login(alice)

    answer = client.get("/admin/", follow=True)

    assert answer.status_code == HTTPStatus.FORBIDDEN
