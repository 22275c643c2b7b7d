"""A web server that serves a feed, and can be made to fail."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.cache import cache
from pytest_django import Settings

from tests.local_server import served


@dataclass
class Feed:
    """The answer of the server, and the number of requests."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    request_count: int = 0
    url: str = ""


@pytest.fixture(autouse=True)
def _clear_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def feed(settings: Settings) -> Iterator[Feed]:
    """Serve a feed on this machine and set FEED_URL to it."""
    feed = Feed()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            feed.request_count += 1
            self.send_response(feed.status)
            for name, value in feed.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(feed.body)))
            self.end_headers()
            self.wfile.write(feed.body)

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    feed.url = f"http://127.0.0.1:{server.server_port}/feed"
    settings.BRANDING = {**settings.BRANDING, "FEED_URL": feed.url}
    with served(server):
        yield feed


@pytest.fixture(autouse=True)
def _without_processes(in_this_process: None) -> None:
    pass
