"""A relay between the product and a cluster that counts calls and injects faults.

It terminates TLS on both sides, so that it can lose a single call, before or after
Ganeti receives it.
"""

import datetime
import http.client
import re
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests import services
from tests.lab import UNVERIFIED, Lab


class Fault(Enum):
    """A fault of a call."""

    REQUEST_LOST = auto()  # closed before Ganeti receives it
    ANSWER_LOST = auto()  # closed after Ganeti has received it
    ANSWER_HELD = auto()  # Ganeti receives it, but the answer is held until resumed


@dataclass(frozen=True, slots=True)
class Call:
    """A received call."""

    method: str
    path: str
    at: float = field(default_factory=time.monotonic)

    @property
    def text(self) -> str:
        return f"{self.method} {self.path}"


class Relay:
    """Listens on a fixed port and forwards calls to a cluster."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.port = services.free_port()
        self.calls: list[Call] = []
        # Times of all connections, served or not.
        self.connections: list[float] = []
        self._faults: list[tuple[re.Pattern[str], Fault]] = []
        self._passing = threading.Event()
        self._passing.set()
        self._server: _Server | None = None
        self.fingerprint, self.context = _certificate()

    def __enter__(self) -> Self:
        self.listen()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.resume()
        self.refuse()

    def listen(self) -> None:
        """Forward calls (again)."""
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, args=(0.05,)).start()

    def refuse(self) -> None:
        """Refuse connections, as a cluster does whose RAPI is not running."""
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def hang(self) -> None:
        """Accept connections without answering, as a stopped process does."""
        self._passing.clear()

    def resume(self) -> None:
        """Continue with the calls that hang."""
        self._passing.set()

    @property
    def passes(self) -> bool:
        return self._passing.is_set()

    def wait_to_pass(self) -> None:
        self._passing.wait()

    @contextmanager
    def failing(self, pattern: str, fault: Fault) -> Iterator[None]:
        """Make calls fail whose method and path match."""
        entry = (re.compile(pattern), fault)
        self._faults.append(entry)
        try:
            yield
        finally:
            self._faults.remove(entry)

    def fault_of(self, call: Call) -> Fault | None:
        matching = (fault for regex, fault in self._faults if regex.search(call.text))
        return next(matching, None)

    def matching(self, pattern: str, since: float = 0) -> list[Call]:
        """Return the calls so far whose method and path match."""
        regex = re.compile(pattern)
        calls = tuple(self.calls)
        return [call for call in calls if call.at >= since and regex.search(call.text)]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        super().__init__(("127.0.0.1", relay.port), _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        self.relay.connections.append(time.monotonic())
        self.relay.wait_to_pass()
        request.settimeout(30)
        with self.relay.context.wrap_socket(request, server_side=True) as secured:
            _Handler(secured, client_address, self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log nothing: callers that close their connection are expected."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def relay(self) -> None:
        relay = self.server.relay
        call = Call(self.command, self.path)
        relay.calls.append(call)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = relay.fault_of(call)
        self.close_connection = True
        if fault is Fault.REQUEST_LOST:
            return
        if fault is Fault.ANSWER_HELD:
            relay.hang()
        status, answer = self._forward(body)
        if fault is Fault.ANSWER_LOST:
            return
        relay.wait_to_pass()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_PUT = do_POST = do_DELETE = relay  # noqa: N815 - their names there

    def _forward(self, body: bytes) -> tuple[int, bytes]:
        lab = self.server.relay.lab
        headers = {
            name: self.headers[name]
            for name in ("Authorization", "Content-Type", "Accept")
            if name in self.headers
        }
        connection = http.client.HTTPSConnection(
            lab.host, lab.port, context=UNVERIFIED, timeout=30
        )
        with closing(connection):
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def log_message(self, *arguments: Any) -> None:
        pass


def _certificate() -> tuple[str, ssl.SSLContext]:
    """Create a certificate; return its SHA-256 and a context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    pem += key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "relay.pem"
        path.write_bytes(pem)
        context.load_cert_chain(path)
    return certificate.fingerprint(hashes.SHA256()).hex(), context
