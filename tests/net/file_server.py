"""A file server to be probed, and probes of it."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import translation

from apps.net import probe
from apps.net.probe import UnsuitableUrlError

# Servers of the tests listen on arbitrary ports.
EVERY_PORT = range(1, 65536)
FAILURE = (
    "The file couldn't be read. The host must be on the public internet and respond "
    "within 5 seconds, with a valid certificate if the address is https://."
)


def check(url: str, **options: Any) -> None:
    probe.check(url, **{"ports": EVERY_PORT, **options})


class FileServer:
    """Answers by path, or by method and path; records requests and Host headers."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str]]] = {}
        self.requests: list[tuple[str, str, str]] = []
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
                server.requests.append(
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

            do_GET = do_HEAD = answer  # noqa: N815 - names of the base class

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler


def refusal_reason(url: str, **options: object) -> str:
    """Return the reason why an address is refused."""
    with translation.override("en"), pytest.raises(UnsuitableUrlError) as exc_info:
        check(url, **options)
    return str(exc_info.value.reason)
