"""Check that a URL entered by a user leads to a file.

This is the only place where the site connects to a host that a user names. Therefore it
connects to public addresses and configured ports only, after every redirect; a name is
resolved once, and the connection goes to the resolved address; the whole check takes a
few seconds at most; and all failures give the same message, so that networks cannot be
explored by it.
"""

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TIMEOUT_S = 5.0
# No failure is reported sooner, or closed ports could be told from open ones.
MIN_FAILURE_S = 1.0
MAX_REDIRECTS = 3
MAX_URL_LENGTH = 1024
# Redirects lead to signed URLs, which are long.
MAX_REDIRECT_LENGTH = 4096
# Threads of the web server that may wait for remote hosts at the same time.
MAX_CONCURRENT = 4

Resolve = Callable[[str, int], Sequence[str]]

_PORTS = {"http": 80, "https": 443}
# Characters that a redirect may contain unquoted: all printable ones but the space.
_UNQUOTED = "".join(map(chr, range(0x21, 0x7F)))
# Characters of a URL without the comma, after which qemu would read options.
_URL = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+;=%]+")
_HOST = re.compile(r"[A-Za-z0-9\-._:]+")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FILE_STATUSES = frozenset({200, 206})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Not global either, but unknown to older Pythons.
_NOT_GLOBAL = [
    ipaddress.ip_network(network)
    for network in ("192.0.0.0/24", "64:ff9b:1::/48", "3fff::/20", "5f00::/16")
]

_slots = threading.BoundedSemaphore(MAX_CONCURRENT)
_sleep = time.sleep
_resolvers = ThreadPoolExecutor(MAX_CONCURRENT, "resolve")


class UnsuitableUrlError(Exception):
    """The URL leads to no usable file; ``reason`` is a message for the user."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(reason)
        self.reason = reason


class _Failure(Exception):
    """The check failed; the message is not shown to anybody."""


class _FileMissing(_Failure):
    """A server answered, and has no such file or does not speak HTTP."""


NO_FILE = _(
    "No file could be read there. The host must be on the public internet, and answer "
    "within %(seconds)d seconds, over https:// with a valid certificate."
)


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host; raises OSError."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


def check(
    url: str,
    *,
    allow_private: bool = False,
    ports: Collection[int] = (80, 443),
    resolve: Resolve = resolve,
    timeout_s: float = TIMEOUT_S,
) -> None:
    """Raise UnsuitableUrlError unless a server has a file at the URL."""
    parts = parse(url)
    if _port(parts) not in ports:
        message = _("Its port must be one of these: %(ports)s.")
        numbers = ", ".join(map(str, sorted(ports)))
        raise UnsuitableUrlError(message % {"ports": numbers})
    started_at = time.monotonic()
    if not _slots.acquire(blocking=False):
        raise UnsuitableUrlError(
            _("Several addresses are being checked just now; try again in a moment.")
        )
    try:
        _Check(allow_private, ports, resolve, started_at + timeout_s).run(url)
    except _Failure as exc:
        failure = exc
    else:
        return
    finally:
        _slots.release()
    _sleep(max(0.0, started_at + MIN_FAILURE_S - time.monotonic()))
    raise UnsuitableUrlError(NO_FILE % {"seconds": TIMEOUT_S}) from failure


def parse(url: str) -> SplitResult:
    """Return the parts of a URL that may be requested; raises UnsuitableUrlError."""
    error = UnsuitableUrlError(
        _("It is too long, or holds a comma or what else an address may not hold.")
    )
    if len(url) > MAX_URL_LENGTH:
        raise error
    parts = _split(url)
    if not _URL.fullmatch(url):
        raise error
    return parts


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise UnsuitableUrlError(_("This is no address of a file.")) from exc
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        raise UnsuitableUrlError(
            _("It must begin with http:// or https:// and name a host.")
        )
    if "@" in parts.netloc or not _HOST.fullmatch(parts.hostname):
        raise UnsuitableUrlError(_("It may hold no name and no password."))
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]


def is_public(address: str) -> bool:
    """Return whether an IP address is reachable on the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = _embedded(ip)
    if inner is not None:
        return is_public(str(inner))
    if isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local:
        return False
    if any(ip in network for network in _NOT_GLOBAL):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def _embedded(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address embedded in an IPv6 address, if any."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


@dataclass(frozen=True, slots=True)
class _Check:
    """One check; ``deadline`` is a time of ``time.monotonic``."""

    allow_private: bool
    ports: Collection[int]
    resolve: Resolve
    deadline: float

    def _remaining_s(self) -> float:
        """Return the remaining seconds; raises _Failure if there are none."""
        remaining_s = self.deadline - time.monotonic()
        if remaining_s <= 0:
            raise _Failure("too slow")
        return remaining_s

    def run(self, url: str) -> None:
        """Send HEAD, and GET of one byte if that is refused.

        The GET starts from the first URL again: signed URLs, which redirects lead to,
        are signed for one method.
        """
        try:
            self._follow("HEAD", url)
        except _FileMissing:
            self._follow("GET", url)

    def _follow(self, method: str, url: str) -> None:
        """Follow redirects until there is a file."""
        for _hop in range(MAX_REDIRECTS + 1):
            status, location = self._request(method, self._checked_parts(url))
            if status in _FILE_STATUSES:
                return
            if status not in _REDIRECTS or not location:
                raise _FileMissing(status)
            url = _next_url(url, location)
        raise _Failure("too many redirects")

    def _checked_parts(self, url: str) -> SplitResult:
        try:
            parts = _split(url)
        except UnsuitableUrlError as exc:
            raise _Failure("no address") from exc
        if _port(parts) not in self.ports:
            raise _Failure("another port")
        return parts

    def _request(self, method: str, parts: SplitResult) -> tuple[int, str]:
        """Return status and redirect target of a response; its body is not read."""
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"User-Agent": "ganetimgr", "Accept": "*/*"}
        if method == "GET":
            headers["Range"] = "bytes=0-0"
        with self._connection(parts) as connection:
            try:
                connection.request(method, target, headers=headers)
                response = connection.getresponse()
                return response.status, response.getheader("Location", "")
            except (OSError, ValueError, http.client.HTTPException) as exc:
                self._remaining_s()  # it may have ended the connection
                raise _FileMissing("no HTTP") from exc

    @contextmanager
    def _connection(self, parts: SplitResult) -> Iterator[http.client.HTTPConnection]:
        """Connect to a checked address, and shut the socket down at the deadline.

        The timeout of a socket would apply to each piece that arrives.
        """
        host, port = str(parts.hostname), _port(parts)
        sock = self._socket(self._addresses(host, port), port)
        if parts.scheme == "https":
            sock = _with_tls(sock, host)
        timer = threading.Timer(self._remaining_s(), _shut_down, (sock,))
        timer.start()
        try:
            _do_handshake(sock)
            connection = http.client.HTTPConnection(host, port)
            connection.sock = sock
            connection.default_port = _PORTS[parts.scheme]
            yield connection
        finally:
            timer.cancel()
            sock.close()

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        """Resolve a name, once; refused if any of its addresses is not public."""
        try:
            resolved = _resolvers.submit(self.resolve, host, port)
            addresses = resolved.result(self._remaining_s())
        except (FutureTimeoutError, OSError, UnicodeError) as exc:
            raise _Failure("no such host") from exc
        allowed = self.allow_private or all(map(is_public, addresses))
        if not addresses or not allowed:
            raise _Failure("not public")
        return addresses

    def _socket(self, addresses: Sequence[str], port: int) -> socket.socket:
        """Connect to the first address that accepts the connection."""
        for address in addresses:
            try:
                return socket.create_connection((address, port), self._remaining_s())
            except OSError:
                continue
        raise _Failure("no connection")


def _next_url(url: str, location: str) -> str:
    """Return the target of a redirect, quoted; headers are decoded as Latin-1."""
    if len(location) > MAX_REDIRECT_LENGTH:
        raise _Failure("an endless redirect")
    location = location.encode("latin-1").decode(errors="replace")
    try:
        parts = urlsplit(urljoin(url, location))
        host = parts.netloc.encode("idna").decode()
    except ValueError as exc:
        raise _Failure("no address") from exc
    return quote(urlunsplit(parts._replace(netloc=host)), safe=_UNQUOTED)


def _with_tls(sock: socket.socket, host: str) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    try:
        return context.wrap_socket(
            sock, server_hostname=host, do_handshake_on_connect=False
        )
    except (OSError, ValueError) as exc:
        sock.close()
        raise _Failure("no TLS") from exc


def _do_handshake(sock: socket.socket) -> None:
    if isinstance(sock, ssl.SSLSocket):
        try:
            sock.do_handshake()
        except (OSError, ValueError) as exc:
            raise _Failure("no TLS, or no valid certificate") from exc


def _shut_down(sock: socket.socket) -> None:
    # Bypass TLS, whose own shutdown would break a concurrent read.
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        return  # already closed
