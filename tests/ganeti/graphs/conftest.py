"""Stand-ins for the servers of graphs, whose answers the test sets."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from apps.ganeti.graphs import fetching
from apps.ganeti.graphs.images import PNG
from tests.local_server import served

Answer = bytes | int | Callable[[BaseHTTPRequestHandler], None]


@dataclass
class GraphServer:
    """Answers each request with ``answer``: a body, a status or a function."""

    url: str = ""
    answer: Answer = PNG + b"drawn"
    paths: list[str] = field(default_factory=list)

    @property
    def parameters(self) -> dict[str, str]:
        """The query of the last request."""
        query = parse_qs(urlsplit(self.paths[-1]).query)
        return {name: values[0] for name, values in query.items()}

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        self.paths.append(handler.path)
        match self.answer:
            case bytes():
                send(handler, self.answer)
            case int():
                handler.send_error(self.answer)
            case _:
                self.answer(handler)


def send(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    with contextlib.suppress(OSError):  # closed by a client that had enough
        handler.wfile.write(body)


def send_slowly(handler: BaseHTTPRequestHandler) -> None:
    """Send the response byte by byte, so that no read times out."""
    with contextlib.suppress(OSError):
        for letter in b"HTTP/1.1 200 OK and so on and on":
            handler.wfile.write(bytes([letter]))
            time.sleep(0.05)


def matrix(*series: tuple[dict[str, str], Sequence[tuple[float, str]]]) -> bytes:
    """Return a response of Prometheus to a range query."""
    result = [{"metric": metric, "values": values} for metric, values in series]
    data = {"resultType": "matrix", "result": result}
    return json.dumps({"status": "success", "data": data}).encode()


@pytest.fixture
def graph_server() -> Iterator[GraphServer]:
    graph_server = GraphServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            graph_server.handle(self)

        def log_message(self, *_: object) -> None:
            """Don't log requests."""

    http_server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http_server.daemon_threads = True
    graph_server.url = f"http://127.0.0.1:{http_server.server_port}/base"
    with served(http_server):
        yield graph_server


@pytest.fixture
def collectd(graph_server: GraphServer, settings: Settings) -> GraphServer:
    settings.COLLECTD_URL = graph_server.url
    return graph_server


@pytest.fixture
def prometheus(graph_server: GraphServer, settings: Settings) -> GraphServer:
    settings.PROMETHEUS_URL = f"{graph_server.url}/"
    graph_server.answer = matrix()
    return graph_server


@pytest.fixture
def short_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "RESPONSE_S", 0.3)
    monkeypatch.setattr(fetching, "SLOT_WAIT_S", 0.01)
