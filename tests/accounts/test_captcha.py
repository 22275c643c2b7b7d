"""reCAPTCHA on the registration form, asked of a stand-in for its server."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from tests import services
from tests.accounts.conftest import where
from tests.accounts.registering import DONE, GOOD, REGISTER
from tests.ganeti.pages import markup, text
from tests.local_server import served

pytestmark = pytest.mark.django_db


class StandIn:
    """Takes one answer of the box for right; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, list[str]]] = []
        self.says: bytes | None = None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/recaptcha"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/recaptcha/api/siteverify"
                body = self.rfile.read(int(self.headers["Content-Length"]))
                asked = parse_qs(body.decode())
                stand_in.asked.append(asked)
                right = asked.get("response") == ["right"]
                said = stand_in.says or json.dumps({"success": right}).encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_args: object) -> None:
                pass

        return Handler


@pytest.fixture
def stand_in(settings: Settings) -> Iterator[StandIn]:
    stand_in = StandIn()
    settings.RECAPTCHA_PUBLIC_KEY, settings.RECAPTCHA_PRIVATE_KEY = "public", "private"
    settings.RECAPTCHA_URL = stand_in.url
    with served(stand_in.server):
        yield stand_in


def test_who_ticked_the_box_registers(client: Client, stand_in: StandIn) -> None:
    answer = client.post(
        REGISTER,
        {**GOOD, "g-recaptcha-response": "right"},
        headers={"x-forwarded-for": "203.0.113.7, 192.0.2.5"},
    )

    assert where(answer) == DONE
    assert stand_in.asked == [
        {"secret": ["private"], "response": ["right"], "remoteip": ["192.0.2.5"]}
    ]


@pytest.mark.parametrize(
    ("response", "said"), [("wrong", "check failed"), ("", "Tick the box")]
)
def test_a_robot_does_not(
    client: Client, stand_in: StandIn, response: str, said: str
) -> None:
    answer = client.post(REGISTER, {**GOOD, "g-recaptcha-response": response})

    assert said in text(markup(answer))
    assert not User.objects.exists()


def test_a_server_that_says_nonsense_convinces_nobody(
    client: Client, stand_in: StandIn
) -> None:
    for nonsense in (b"no json", b"[]", b'{"success": 1}'):
        stand_in.says = nonsense
        posted = {**GOOD, "g-recaptcha-response": "right"}
        assert client.post(REGISTER, posted).status_code == 400


def test_a_server_that_is_away_is_said(client: Client, settings: Settings) -> None:
    settings.RECAPTCHA_PUBLIC_KEY, settings.RECAPTCHA_PRIVATE_KEY = "public", "private"
    settings.RECAPTCHA_URL = f"http://127.0.0.1:{services.free_port()}"

    answer = client.post(REGISTER, {**GOOD, "g-recaptcha-response": "right"})

    assert "isn't responding" in text(markup(answer))


def test_its_page_alone_may_load_it(client: Client, settings: Settings) -> None:
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


def test_without_keys_nothing_of_it_is_there(client: Client) -> None:
    page = client.get(REGISTER)

    assert "recaptcha" not in markup(page)
    assert "google" not in page.headers["Content-Security-Policy"]
