"""The RAPI daemon of a simulated cluster: sockets, TLS, limits and outages."""

from __future__ import annotations

import contextlib
import enum
import json
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

from contrib.simulator.errors import RapiFault
from contrib.simulator.wire import (
    BadRequest,
    HttpRequest,
    read_request,
    write_answer,
)

log = logging.getLogger(__name__)
BACKLOG = 1024
CLIENT_TIMEOUT_S = 60
GATEWAY_PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>\n"

Answer = Callable[[HttpRequest], tuple[int, dict[str, str], bytes]]


class Outage(enum.Enum):
    """How a daemon fails to answer."""

    NONE = "none"
    DOWN = "down"  # connections are refused
    HANGING = "hanging"  # requests are taken and never answered
    BAD_GATEWAY = "bad gateway"  # something in between answers an HTML page


class Daemon:
    """Listens on one port and answers at most so many clients at a time.

    Past the limit it accepts nobody until one leaves, as Ganeti's does.
    """

    def __init__(
        self,
        answer: Answer,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        context: ssl.SSLContext | None = None,
        max_clients: int = 20,
    ) -> None:
        self._answer = answer
        self._context = context
        self._slots = threading.Semaphore(max_clients)
        self._recovered = threading.Event()
        self._stopped = threading.Event()
        self._listener: socket.socket | None = None
        self._guard = threading.Lock()
        self.outage = Outage.NONE
        self.busy = 0
        self.most_busy = 0
        self.host = host
        self.port = port

    # Starting and stopping

    def start(self) -> None:
        listener = socket.create_server((self.host, self.port), backlog=BACKLOG)
        self.port = listener.getsockname()[1]
        self._listener = listener
        name = f"rapi-{self.port}"
        threading.Thread(
            target=self._accept, args=(listener,), name=name, daemon=True
        ).start()

    def stop(self) -> None:
        self._stopped.set()
        self._recovered.set()
        self._close_listener()

    def _close_listener(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def set_outage(self, outage: Outage) -> None:
        """Fail in this way from now on, or (``Outage.NONE``) recover."""
        self.outage = outage
        if outage is Outage.HANGING:
            self._recovered.clear()
        else:
            self._recovered.set()
        if outage is Outage.DOWN:
            self._close_listener()
        elif self._listener is None and not self._stopped.is_set():
            self.start()

    # Clients

    def _accept(self, listener: socket.socket) -> None:
        while True:
            self._slots.acquire()
            try:
                connection, _ = listener.accept()
            except OSError:
                self._slots.release()
                return
            threading.Thread(
                target=self._serve, args=(connection,), daemon=True
            ).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(CLIENT_TIMEOUT_S)
            # the answer must not wait for the client's acknowledgement
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._talk(connection)
        except (OSError, ssl.SSLError) as exc:
            log.debug("port %s: client left: %s", self.port, exc)
        finally:
            connection.close()
            self._slots.release()

    def _talk(self, plain: socket.socket) -> None:
        if self._context is None:
            self._exchange(plain)
            return
        with self._context.wrap_socket(plain, server_side=True) as secure:
            self._exchange(secure)

    def _exchange(self, connection: socket.socket) -> None:
        try:
            request = read_request(connection)
        except BadRequest as exc:
            fault = RapiFault(400, str(exc))
            connection.sendall(write_answer(400, {}, fault.body()))
            return
        if request is None:
            return
        if self.outage is Outage.HANGING:
            self._recovered.wait()
            return
        if self.outage is Outage.BAD_GATEWAY:
            headers = {"Content-Type": "text/html", "Server": "proxy"}
            connection.sendall(write_answer(502, headers, GATEWAY_PAGE))
            return
        with self._at_work():
            answer = write_answer(*self._answer(request))
        connection.sendall(answer)

    @contextlib.contextmanager
    def _at_work(self) -> Iterator[None]:
        """Count a request until its answer leaves.

        A client that has its answer may send the next request before our thread is
        through with the first: counted by connections, one client could seem two.
        """
        with self._guard:
            self.busy += 1
            self.most_busy = max(self.most_busy, self.busy)
        try:
            yield
        finally:
            with self._guard:
                self.busy -= 1


def decode_body(request: HttpRequest) -> Any:
    """Read a body of JSON as strictly as Ganeti: by its exact content type."""
    if not request.body:
        return None
    if request.headers.get("content-type", "").lower() != "application/json":
        raise RapiFault(415)
    try:
        return json.loads(request.body)
    except ValueError as exc:
        raise RapiFault(400, "Unable to parse JSON data") from exc


def pause(milliseconds: float, stopped: threading.Event) -> None:
    if milliseconds > 0:
        stopped.wait(milliseconds / 1000)
