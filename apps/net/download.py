"""Downloads of small files from third-party servers, bounded in time and size.

Operators configure the servers, but do not control their answers: an endless header or
body, a byte every few seconds, a compressed body of any size.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

import requests
import urllib3
from django.utils.translation import gettext_noop
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

CHUNK_BYTES = 64 * 1024
MAX_URL_LENGTH = 8 * 1024
_TEMPORARY_STATUSES = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
)


class DownloadError(Exception):
    """A server does not answer properly; the text is a message for users."""


class FileError(DownloadError):
    """A single file is unavailable, although its server answers."""


class TemporaryError(DownloadError):
    """A server responds with an error of its own, such as HTTP 500."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of each file, and of all files of one `Downloader`."""

    connect_s: float = 5.0
    read_s: float = 10.0
    file_s: float = 20.0
    total_s: float = 60.0
    file_bytes: int = 512 * 1024
    total_bytes: int = 4 * 1024 * 1024
    redirects: int = 3


@dataclass(frozen=True, slots=True)
class Download:
    """A downloaded file, and its URL after redirects."""

    url: str
    body: bytes


class Downloader:
    """Downloads files of one source, from any thread, within a total time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._ends_at = time.monotonic() + limits.total_s
        self._bytes_left = limits.total_bytes
        self._local = threading.local()
        self._sessions: list[_Session] = []

    def get(self, url: str) -> Download:
        """Download a URL; raises DownloadError, FileError."""
        ends_at = min(self._ends_at, time.monotonic() + self._limits.file_s)
        try:
            with self._session().cut_off_at(ends_at):
                return self._follow(url, ends_at)
        except DownloadError:
            raise
        except Exception as exc:
            # Not every failure below is an exception of requests: an invalid host
            # name in a redirect, for example, is a UnicodeError.
            _check_time(ends_at)
            raise _as_download_error(exc) from exc

    def close(self) -> None:
        for session in self._sessions:
            session.close()

    def _session(self) -> "_Session":
        """Return the session of this thread, whose connections time out together."""
        session: _Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = _Session()
            self._sessions.append(session)
        return session

    def _follow(self, url: str, ends_at: float) -> Download:
        for _hop in range(1 + self._limits.redirects):
            _check_time(ends_at)
            with self._response(url) as response:
                if not response.is_redirect:
                    _check_headers(response)
                    return Download(url, self._body(response, ends_at))
                url = _next_url(url, response)
        raise FileError(gettext_noop("It redirects too many times."))

    def _response(self, url: str) -> requests.Response:
        timeout = (self._limits.connect_s, self._limits.read_s)
        return self._session().get(
            url, stream=True, timeout=timeout, allow_redirects=False
        )

    def _body(self, response: requests.Response, ends_at: float) -> bytes:
        """Read the body piece by piece as it arrives, up to the limits."""
        pieces = []
        bytes_left = self._limits.file_bytes
        while piece := response.raw.read1(CHUNK_BYTES, decode_content=False):
            pieces.append(piece)
            bytes_left -= len(piece)
            self._bytes_left -= len(piece)
            if bytes_left < 0 or self._bytes_left < 0:
                raise self._too_large(of_file=bytes_left < 0)
            _check_time(ends_at)
        # A body that was cut off looks like one that has ended.
        _check_time(ends_at)
        return b"".join(pieces)

    def _too_large(self, *, of_file: bool) -> DownloadError:
        if of_file:
            message = gettext_noop("It is larger than the limit")
            return FileError(f"{message}: {self._limits.file_bytes // 1024} KiB.")
        message = gettext_noop("Its files together are larger than the limit")
        return DownloadError(f"{message}: {self._limits.total_bytes // 1024} KiB.")


class _Session(requests.Session):
    """A session of one thread, whose connections are all cut off at a given time.

    The timeout of a socket applies to each piece that arrives, so a server that sends
    slowly (its handshake, its headers, its chunks) could block a thread for days.
    """

    def __init__(self) -> None:
        super().__init__()
        self.headers["User-Agent"] = "ganetimgr"
        # Compressed bodies could expand to any size.
        self.headers["Accept-Encoding"] = "identity"
        self._sockets = _Sockets()
        adapter = _Adapter(self._sockets)
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def get_redirect_target(self, resp: Any) -> None:
        """Ignore redirects: to prepare the next one, requests reads the whole body."""

    @contextmanager
    def cut_off_at(self, ends_at: float) -> Iterator[None]:
        remaining_s = max(0.0, ends_at - time.monotonic())
        timer = threading.Timer(remaining_s, self._sockets.cut_off)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self._sockets.drop(closed=True)

    def close(self) -> None:
        super().close()
        self._sockets.drop()


class _Sockets:
    """Duplicates of the connections' sockets, by which they can be cut off.

    The original belongs to TLS from the handshake on, or to a response.
    """

    def __init__(self) -> None:
        self._handles: list[tuple[HTTPConnection, socket.socket]] = []

    def add(self, connection: HTTPConnection, sock: socket.socket) -> None:
        self._handles.append((connection, sock.dup()))

    def cut_off(self) -> None:
        for _connection, handle in list(self._handles):
            # It may have been closed meanwhile.
            with contextlib.suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)

    def drop(self, *, closed: bool = False) -> None:
        """Close the duplicates of all connections, or only of those that are closed."""
        handles, self._handles = self._handles, []
        for connection, handle in handles:
            if closed and connection.sock is not None:
                self._handles.append((connection, handle))
            else:
                handle.close()


class _Adapter(HTTPAdapter):
    """Opens connections to servers and proxies that can be cut off."""

    def __init__(self, sockets: _Sockets) -> None:
        self._pools = _pool_classes(sockets)
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*arguments, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pool_classes(sockets: _Sockets) -> dict[str, type[HTTPConnectionPool]]:
    class Connection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            sock = super()._new_conn()
            sockets.add(self, sock)
            return sock

    class TlsConnection(Connection, HTTPSConnection):
        pass

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = TlsConnection

    return {"http": Pool, "https": TlsPool}


def _check_time(ends_at: float) -> None:
    if time.monotonic() > ends_at:
        raise DownloadError(gettext_noop("It takes too long to respond."))


def _check_headers(response: requests.Response) -> None:
    """Refuse a response by its headers, before its body is read."""
    status = response.status_code
    if status != HTTPStatus.OK:
        message = gettext_noop("It responds with an error")
        # An error of the server says nothing about the file: it may be temporary.
        temporary = status >= 500 or status in _TEMPORARY_STATUSES
        error = TemporaryError if temporary else FileError
        raise error(f"{message}: HTTP {status}.")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise FileError(gettext_noop("It responds with an unexpected encoding."))


def _next_url(url: str, response: requests.Response) -> str:
    """Return the target of a redirect; bytes that are not ASCII are UTF-8."""
    location = response.headers["Location"].encode("latin-1").decode(errors="replace")
    if len(location) > MAX_URL_LENGTH:
        raise FileError(gettext_noop("It redirects to an address that isn't HTTP."))
    return urljoin(url, location)


def _as_download_error(exc: Exception) -> DownloadError:
    match exc:
        case requests.exceptions.InvalidSchema() | requests.exceptions.InvalidURL():
            return FileError(
                gettext_noop("It redirects to an address that isn't HTTP.")
            )
        case requests.exceptions.SSLError():
            return DownloadError(gettext_noop("Its certificate isn't trusted."))
        case requests.ConnectTimeout():
            return DownloadError(
                gettext_noop("It can't be reached: the connection timed out.")
            )
        case requests.ReadTimeout() | urllib3.exceptions.ReadTimeoutError():
            return DownloadError(gettext_noop("It didn't respond in time."))
        case requests.ConnectionError() if _is_unreachable(exc):
            return DownloadError(gettext_noop("It can't be reached."))
    return DownloadError(gettext_noop("The connection was lost."))


def _is_unreachable(exc: requests.ConnectionError) -> bool:
    """Return whether no connection was made; includes failed name resolution."""
    cause = exc.args[0] if exc.args else None
    reason = getattr(cause, "reason", None)
    return isinstance(reason, urllib3.exceptions.NewConnectionError)
