"""Logging in and out, language, colours and error pages."""

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
    data = {"username": "alice", "password": PASSWORD, **changes}
    answer = client.post(LOGIN, data)
    return answer.status_code, answer.headers.get("Location", "")


@pytest.mark.usefixtures("alice")
def test_login_leads_to_the_requested_page(client: Client) -> None:
    redirect = client.get(HISTORY)

    assert redirect.headers["Location"] == f"{LOGIN}?next={HISTORY}"
    assert log_in(client, next=HISTORY) == (HTTPStatus.FOUND, HISTORY)


@pytest.mark.usefixtures("alice")
def test_login_does_not_redirect_to_another_site(client: Client) -> None:
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


def test_a_deactivated_user_is_logged_out_at_once(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get(HISTORY).status_code == HTTPStatus.OK

    User.objects.update(is_active=False)

    assert client.get(HISTORY).status_code == HTTPStatus.FOUND


def test_logout_requires_post(client: Client, alice: User) -> None:
    client.force_login(alice)

    answer_to_get = client.get(reverse("accounts:logout"))
    page = client.get(HISTORY)
    client.post(reverse("accounts:logout"))

    assert answer_to_get.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert page.status_code == HTTPStatus.OK
    assert client.get(HISTORY).status_code == HTTPStatus.FOUND


@pytest.mark.django_db
def test_colours_are_stored_in_a_cookie_and_applied_by_the_server(
    client: Client,
) -> None:
    assert 'data-bs-theme="light"' in markup(client.get(LOGIN))

    posted = client.post(reverse("accounts:set-colours"), {"colours": "dark"})
    nonsense = client.post(reverse("accounts:set-colours"), {"colours": '"><b>'})

    assert posted.cookies["colours"].value == "dark"
    assert "colours" not in nonsense.cookies
    assert 'data-bs-theme="dark"' in markup(client.get(LOGIN))


@pytest.mark.django_db
def test_the_language_is_stored(client: Client) -> None:
    client.post(reverse("accounts:set-language"), {"language": "el"})

    assert '<html lang="el"' in markup(client.get(LOGIN))


@pytest.mark.parametrize(
    "next_url", ["https://evil.example", "//evil.example", "javascript:x"]
)
def test_no_settings_form_redirects_to_another_site(
    client: Client, next_url: str
) -> None:
    for name in ("set-language", "set-colours"):
        posted = client.post(
            reverse(f"accounts:{name}"), {"next": next_url, "language": "en"}
        )
        assert "evil" not in posted.headers["Location"]
        assert "javascript" not in posted.headers["Location"]


def test_not_found_is_shown_within_the_frame(client: Client, alice: User) -> None:
    client.force_login(alice)

    answer = client.get("/nothing/here")

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "Page not found" in text(markup(answer))
    assert 'id="nav"' in markup(answer)


def test_a_form_without_csrf_token_explains_what_to_do(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.post(LOGIN, {"username": "alice", "password": PASSWORD})

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "reload the page" in text(markup(answer))


def test_the_error_page_needs_no_database(client: Client, settings: Settings) -> None:
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    client.raise_request_exception = False
    client.cookies["sessionid"] = "x" * 32

    # This test may not use the database, so a page that does so fails.
    answer = client.get(HISTORY)

    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "Something went wrong on our side" in text(markup(answer))


@pytest.mark.django_db
def test_the_policy_allows_nothing_inline(client: Client) -> None:
    answer = client.get(LOGIN)

    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    page = markup(answer)
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick=" not in page


@pytest.mark.parametrize(
    ("staff", "is_shown"), [(True, True), (False, False)], ids=["staff", "user"]
)
def test_the_navigation_has_only_what_the_user_may_open(
    client: Client, alice: User, staff: bool, is_shown: bool
) -> None:
    User.objects.update(is_staff=staff)
    client.force_login(alice)

    assert (reverse("admin:index") in markup(client.get(HISTORY))) is is_shown
