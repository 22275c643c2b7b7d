"""A server of files for checks of addresses, and the checks."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import translation

from apps.net import probe
from apps.net.probe import UnsuitableUrlError

# Servers of the tests listen where they can.
EVERY_PORT = range(1, 65536)
FAILURE = (
    "No file could be read there. The host must be on the public internet, and answer "
    "within 5 seconds, over https:// with a valid certificate."
)


def check(url: str, **options: Any) -> None:
    probe.check(url, **{"ports": EVERY_PORT, **options})


class Server:
    """Answers as it is told, by path, and notes who asked for what."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str]]] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.hosts: list[str] = []
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def port(self) -> int:
        return self.http.server_port

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                server.asked.append(
                    (self.command, self.path, self.headers.get("Range", ""))
                )
                server.hosts.append(self.headers["Host"])
                key = f"{self.command} {self.path}"
                default = server.answers.get(self.path, (404, {}))
                status, headers = server.answers.get(key, default)
                self.send_response(status)
                for name, value in {"Content-Length": "0", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()

            do_GET = do_HEAD = answer  # noqa: N815 - their names

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler


def why(url: str, **options: object) -> str:
    """Return why an address is refused."""
    with translation.override("en"), pytest.raises(UnsuitableUrlError) as caught:
        check(url, **options)
    return str(caught.value.reason)
