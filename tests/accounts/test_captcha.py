"""reCAPTCHA on the registration form, checked by a stand-in for its server."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from tests import services
from tests.accounts.conftest import location_of
from tests.accounts.registering import GOOD, REGISTER, REGISTERED
from tests.ganeti.pages import markup, text
from tests.local_server import served

pytestmark = pytest.mark.django_db


class RecaptchaServer:
    """Accepts the response "right"; keeps the parameters of its requests."""

    def __init__(self) -> None:
        self.requests: list[dict[str, list[str]]] = []
        self.answer: bytes | None = None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/recaptcha"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        recaptcha = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/recaptcha/api/siteverify"
                body = self.rfile.read(int(self.headers["Content-Length"]))
                parameters = parse_qs(body.decode())
                recaptcha.requests.append(parameters)
                is_right = parameters.get("response") == ["right"]
                message = recaptcha.answer or json.dumps({"success": is_right}).encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(message)

            def log_message(self, *_args: object) -> None:
                pass

        return Handler


@pytest.fixture
def recaptcha(settings: Settings) -> Iterator[RecaptchaServer]:
    recaptcha = RecaptchaServer()
    settings.RECAPTCHA_PUBLIC_KEY, settings.RECAPTCHA_PRIVATE_KEY = "public", "private"
    settings.RECAPTCHA_URL = recaptcha.url
    with served(recaptcha.server):
        yield recaptcha


def test_registration_with_a_right_captcha_is_accepted(
    client: Client, recaptcha: RecaptchaServer
) -> None:
    answer = client.post(
        REGISTER,
        {**GOOD, "g-recaptcha-response": "right"},
        headers={"x-forwarded-for": "203.0.113.7, 192.0.2.5"},
    )

    assert location_of(answer) == REGISTERED
    assert recaptcha.requests == [
        {"secret": ["private"], "response": ["right"], "remoteip": ["192.0.2.5"]}
    ]


@pytest.mark.parametrize(
    ("response", "message"), [("wrong", "check failed"), ("", "Tick the box")]
)
def test_registration_is_refused_without_a_right_captcha(
    client: Client, recaptcha: RecaptchaServer, response: str, message: str
) -> None:
    answer = client.post(REGISTER, {**GOOD, "g-recaptcha-response": response})

    assert message in text(markup(answer))
    assert not User.objects.exists()


def test_registration_is_refused_if_the_captcha_server_answers_nonsense(
    client: Client, recaptcha: RecaptchaServer
) -> None:
    for nonsense in (b"no json", b"[]", b'{"success": 1}'):
        recaptcha.answer = nonsense
        data = {**GOOD, "g-recaptcha-response": "right"}
        assert client.post(REGISTER, data).status_code == 400


def test_an_unreachable_captcha_server_is_reported(
    client: Client, settings: Settings
) -> None:
    settings.RECAPTCHA_PUBLIC_KEY, settings.RECAPTCHA_PRIVATE_KEY = "public", "private"
    settings.RECAPTCHA_URL = f"http://127.0.0.1:{services.free_port()}"

    answer = client.post(REGISTER, {**GOOD, "g-recaptcha-response": "right"})

    assert "isn't responding" in text(markup(answer))


def test_only_the_registration_page_may_load_the_captcha(
    client: Client, settings: Settings
) -> None:
    settings.RECAPTCHA_PUBLIC_KEY, settings.RECAPTCHA_PRIVATE_KEY = "public", "private"

    page = client.get(REGISTER)
    other = client.get("/accounts/login/").headers["Content-Security-Policy"]

    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self' https://www.google.com https://www.gstatic.com" in policy
    assert "frame-src 'self' https://www.google.com" in policy
    assert "unsafe" not in policy
    assert "google" not in other
    assert 'data-sitekey="public"' in markup(page)
    assert "https://www.google.com/recaptcha/api.js" in markup(page)


def test_there_is_no_captcha_without_keys(client: Client) -> None:
    page = client.get(REGISTER)

    assert "recaptcha" not in markup(page)
    assert "google" not in page.headers["Content-Security-Policy"]
