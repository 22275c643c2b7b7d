"""Logging in and out, language, colours, and pages that say what went wrong."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.ganeti.pages import markup, text

LOGIN = reverse("accounts:login")
HISTORY = reverse("auditlog:history")
PASSWORD = "correct horse battery staple"


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice", "alice@example.org", PASSWORD)


def log_in(client: Client, **changes: str) -> tuple[int, str]:
    sent = {"username": "alice", "password": PASSWORD, **changes}
    answer = client.post(LOGIN, sent)
    return answer.status_code, answer.headers.get("Location", "")


@pytest.mark.usefixtures("alice")
def test_who_logs_in_comes_to_the_page_they_wanted(client: Client) -> None:
    sent_away = client.get(HISTORY)

    assert sent_away.headers["Location"] == f"{LOGIN}?next={HISTORY}"
    assert log_in(client, next=HISTORY) == (HTTPStatus.FOUND, HISTORY)


@pytest.mark.usefixtures("alice")
def test_nobody_is_led_to_another_site(client: Client) -> None:
    home = reverse("ganeti:instance-list")

    assert log_in(client, next="https://evil.example/") == (HTTPStatus.FOUND, home)


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize(
    "wrong", [{"username": "nobody"}, {"password": "wrong"}], ids=["name", "password"]
)
def test_a_wrong_name_and_a_wrong_password_look_the_same(
    client: Client, wrong: dict[str, str]
) -> None:
    answer = client.post(LOGIN, {"username": "alice", "password": PASSWORD, **wrong})

    assert "Incorrect user name or password" in text(markup(answer))


def test_somebody_deactivated_is_out_at_once(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get(HISTORY).status_code == HTTPStatus.OK

    User.objects.update(is_active=False)

    assert client.get(HISTORY).status_code == HTTPStatus.FOUND


def test_logging_out_takes_a_post(client: Client, alice: User) -> None:
    client.force_login(alice)

    got = client.get(reverse("accounts:logout"))
    still = client.get(HISTORY)
    client.post(reverse("accounts:logout"))

    assert got.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert still.status_code == HTTPStatus.OK
    assert client.get(HISTORY).status_code == HTTPStatus.FOUND


@pytest.mark.django_db
def test_colours_are_kept_in_the_browser_and_drawn_by_the_server(
    client: Client,
) -> None:
    assert 'data-bs-theme="light"' in markup(client.get(LOGIN))

    posted = client.post(reverse("accounts:set-colours"), {"colours": "dark"})
    nonsense = client.post(reverse("accounts:set-colours"), {"colours": '"><b>'})

    assert posted.cookies["colours"].value == "dark"
    assert "colours" not in nonsense.cookies
    assert 'data-bs-theme="dark"' in markup(client.get(LOGIN))


@pytest.mark.django_db
def test_a_language_is_kept(client: Client) -> None:
    client.post(reverse("accounts:set-language"), {"language": "el"})

    assert '<html lang="el"' in markup(client.get(LOGIN))


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "javascript:x"]
)
def test_no_switch_leads_to_another_site(client: Client, wanted: str) -> None:
    for name in ("set-language", "set-colours"):
        posted = client.post(
            reverse(f"accounts:{name}"), {"next": wanted, "language": "en"}
        )
        assert "evil" not in posted.headers["Location"]
        assert "javascript" not in posted.headers["Location"]


def test_what_is_not_there_is_said_in_the_frame(client: Client, alice: User) -> None:
    client.force_login(alice)

    answer = client.get("/nothing/here")

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "Page not found" in text(markup(answer))
    assert 'id="nav"' in markup(answer)


def test_a_form_without_its_token_says_what_to_do(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.post(LOGIN, {"username": "alice", "password": PASSWORD})

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "reload the page" in text(markup(answer))


def test_what_breaks_is_said_without_the_database(
    client: Client, settings: Settings
) -> None:
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    client.raise_request_exception = False
    client.cookies["sessionid"] = "x" * 32

    # This test may not touch the database, so a page that asks it breaks.
    answer = client.get(HISTORY)

    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "Something went wrong on our side" in text(markup(answer))


@pytest.mark.django_db
def test_nothing_is_allowed_inline(client: Client) -> None:
    answer = client.get(LOGIN)

    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    page = markup(answer)
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick=" not in page


@pytest.mark.parametrize(
    ("staff", "seen"), [(True, True), (False, False)], ids=["staff", "user"]
)
def test_the_navigation_has_what_one_may_open(
    client: Client, alice: User, staff: bool, seen: bool
) -> None:
    User.objects.update(is_staff=staff)
    client.force_login(alice)

    assert (reverse("admin:index") in markup(client.get(HISTORY))) is seen
