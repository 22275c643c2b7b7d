"""How often one may try a password."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from tests.accounts.conftest import PASSWORD
from tests.ganeti.pages import markup, text

LOGIN = reverse("accounts:login")
pytestmark = pytest.mark.usefixtures("alice")


def attempt(
    client: Client, password: str, name: str = "alice", origin: str = "192.0.2.1"
) -> HttpResponseBase:
    return client.post(
        LOGIN,
        {"username": name, "password": password},
        headers={"x-forwarded-for": origin},
    )


def lock(client: Client, **values: str) -> HttpResponseBase:
    for _ in range(5):
        answer = attempt(client, "wrong", **values)
    return answer


def test_thirty_wrong_passwords_then_the_right_one_do_not_get_in(
    client: Client,
) -> None:
    """never-again: thirty wrong passwords in half a second, then the right one: in."""
    for _ in range(30):
        attempt(client, "wrong")

    answer = attempt(client, PASSWORD)

    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "Too many wrong passwords" in text(markup(answer))
    assert "15 minutes" in text(markup(answer))
    assert "_auth_user_id" not in client.session


def test_the_wait_ends_and_tells_how_long_it_still_is(client: Client) -> None:
    lock(client)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=12))

    assert "3 minutes" in text(markup(attempt(client, PASSWORD)))

    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert attempt(client, PASSWORD).status_code == HTTPStatus.FOUND


def test_trying_on_does_not_make_the_wait_longer(client: Client) -> None:
    lock(client)
    before = AccessAttempt.objects.get().attempt_time

    attempt(client, "wrong")

    assert AccessAttempt.objects.get().attempt_time == before


@pytest.mark.parametrize(
    "other", [{"name": "bob"}, {"origin": "192.0.2.2"}], ids=["name", "address"]
)
def test_it_holds_for_one_name_from_one_address(
    client: Client, other: dict[str, str]
) -> None:
    User.objects.create_user("bob", "bob@example.org", PASSWORD)
    lock(client)

    assert attempt(client, PASSWORD, **other).status_code == HTTPStatus.FOUND


def test_another_browser_or_spelling_is_no_way_round(client: Client) -> None:
    for agent, name in enumerate(("alice", "Alice", "ALICE ", "aLice", "alice")):
        client.post(
            LOGIN,
            {"username": name, "password": "wrong"},
            headers={"user-agent": f"Agent {agent}", "x-forwarded-for": "192.0.2.1"},
        )

    assert attempt(client, PASSWORD).status_code == HTTPStatus.TOO_MANY_REQUESTS


def test_an_address_is_believed_from_this_host_alone(client: Client) -> None:
    for number in range(6):
        answer = client.post(
            LOGIN,
            {"username": "alice", "password": "wrong"},
            headers={"x-forwarded-for": f"192.0.2.{number}"},
            REMOTE_ADDR="198.51.100.1",
        )

    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS


def test_a_right_password_begins_anew(client: Client) -> None:
    for _ in range(4):
        attempt(client, "wrong")
    attempt(client, PASSWORD)

    assert not AccessAttempt.objects.exists()


def test_the_limits_are_settings(client: Client, settings: Settings) -> None:
    settings.LOGIN_ATTEMPTS, settings.LOGIN_PAUSE_MINUTES = 2, 1
    attempt(client, "wrong")

    answer = attempt(client, "wrong")

    assert "Wait 1 minute;" in text(markup(answer))


def test_a_name_that_nobody_has_is_limited_the_same(client: Client) -> None:
    answer = lock(client, name="nobody")

    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_administration_has_no_form_of_its_own(
    client: Client, root: User, method: str
) -> None:
    sent = {"username": "root", "password": PASSWORD}

    answer = getattr(client, method)("/admin/login/", sent)

    if method == "get":
        assert answer.url == f"{LOGIN}?next=%2Fadmin%2F"
    else:
        assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert "_auth_user_id" not in client.session


def test_who_may_not_administrate_is_told_so_and_not_sent_in_circles(
    client: Client, alice: User
) -> None:
    client.force_login(alice)

    answer = client.get("/admin/", follow=True)

    assert answer.status_code == HTTPStatus.FORBIDDEN
