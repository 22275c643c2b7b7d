"""Web servers whose answers the test sets."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from apps.ganeti.images import downloader

Answer = bytes | Callable[[BaseHTTPRequestHandler], None]


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Ignore clients that closed the connection."""


class ImageServer:
    """Serves ``pages`` by path; paths that end in / list the pages below them."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.requested_paths: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.requested_paths.append(self.path)
                server.answer(self)

            def log_message(self, *_: object) -> None:
                """Don't log requests."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        page = self.pages.get(handler.path)
        if page is None and handler.path.endswith("/"):
            page = self._listing(handler.path)
        if page is None:
            handler.send_error(404)
        elif isinstance(page, bytes):
            send(handler, page)
        else:
            page(handler)

    def _listing(self, directory: str) -> bytes:
        names = [path.removeprefix(directory) for path in self.pages]
        return "".join(f'<a href="{name}">{name}</a>\n' for name in names).encode()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; later connections are refused."""
        self._server.shutdown()
        self._server.server_close()


def send(handler: BaseHTTPRequestHandler, body: bytes, **headers: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def redirect(to: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", to)
        handler.end_headers()

    return answer


def break_off(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without an answer."""
    handler.close_connection = True


def send_slowly(handler: BaseHTTPRequestHandler) -> None:
    """Send the answer byte by byte, so that no read times out."""
    with contextlib.suppress(OSError):
        for letter in b"HTTP/1.1 200 OK and so on and on and on":
            handler.wfile.write(bytes([letter]))
            time.sleep(0.2)


@pytest.fixture
def server() -> Iterator[ImageServer]:
    server = ImageServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def other_server() -> Iterator[ImageServer]:
    server = ImageServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def short_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloader, "CONNECT_S", 0.5)
    monkeypatch.setattr(downloader, "READ_S", 0.5)
    monkeypatch.setattr(downloader, "FILE_S", 1)
    monkeypatch.setattr(downloader, "SOURCE_S", 2)


@pytest.fixture(autouse=True)
def _without_processes(in_this_process: None) -> None:
    pass
