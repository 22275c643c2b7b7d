"""Whether there is a file behind an address that somebody typed.

The one place where this site talks to a host that a user names. So it goes to public
addresses only, at every hop; a name is resolved once and the connection goes to what
it resolved to; and all of it together has a few seconds.
"""

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SECONDS = 5.0
MOST_REDIRECTS = 3
LONGEST_URL = 1024
# Threads of the web server that may wait for foreign hosts at the same time.
AT_ONCE = 4

Resolve = Callable[[str, int], Sequence[str]]

_PORTS = {"http": 80, "https": 443}
# What a URL may hold, but for the comma: qemu would read what follows as options.
_WRITTEN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+;=%]+")
_HOST = re.compile(r"[A-Za-z0-9\-._:]+")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOUND = frozenset({200, 206})
_NO_HEAD = frozenset({405, 501})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

_slots = threading.BoundedSemaphore(AT_ONCE)
_resolvers = ThreadPoolExecutor(AT_ONCE, "resolve")


class Unsuitable(Exception):
    """There is no file that could be used; ``reason`` is for who typed the address."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(reason)
        self.reason = reason


TOO_SLOW = _("Its server did not answer within 5 seconds.")
NOT_PUBLIC = _("%(host)s has no address on the public internet.")


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def check(
    url: str,
    *,
    allow_private: bool = False,
    resolve: Resolve = resolve,
    seconds: float = SECONDS,
) -> None:
    """Raise Unsuitable unless a server answers for the address that it has a file."""
    if not _slots.acquire(blocking=False):
        raise Unsuitable(
            _("Several addresses are being checked just now; try again in a moment.")
        )
    try:
        _Check(allow_private, resolve, time.monotonic() + seconds).follow(url)
    finally:
        _slots.release()


def parse(url: str) -> SplitResult:
    """Return the parts of an address that may be asked for; raises Unsuitable."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise Unsuitable(_("This is no address of a file.")) from exc
    if parts.scheme not in _PORTS or not parts.hostname:
        raise Unsuitable(_("It must begin with http:// or https:// and name a host."))
    if len(url) > LONGEST_URL or not _WRITTEN.fullmatch(url) or port == 0:
        raise Unsuitable(
            _("It is too long, or holds a comma or what else an address may not hold.")
        )
    if "@" in parts.netloc or not _HOST.fullmatch(parts.hostname):
        raise Unsuitable(_("It may hold no name and no password."))
    return parts


def is_public(address: str) -> bool:
    """Tell whether an address is one of the internet, for everybody to reach."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = _embedded(ip)
    if inner is not None:
        return is_public(str(inner))
    if isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local:
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def _embedded(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


@dataclass(frozen=True, slots=True)
class _Check:
    """One check, which ends at a moment of ``time.monotonic``."""

    allow_private: bool
    resolve: Resolve
    end: float

    @property
    def left_s(self) -> float:
        left = self.end - time.monotonic()
        if left <= 0:
            raise Unsuitable(TOO_SLOW)
        return left

    def follow(self, url: str) -> None:
        """Go from redirect to redirect until there is a file."""
        for _hop in range(MOST_REDIRECTS + 1):
            onwards = self._ask(parse(url))
            if not onwards:
                return
            url = urljoin(url, onwards)
        raise Unsuitable(_("Its server sends from one address to the next."))

    def _ask(self, parts: SplitResult) -> str:
        """Return where the server sends us; nothing if the file is here."""
        status, onwards = self._request("HEAD", parts)
        if status in _NO_HEAD:
            status, onwards = self._request("GET", parts)
        if status in _REDIRECTS and onwards:
            return onwards
        if status not in _FOUND:
            message = _("Its server has no such file (it answers %(status)s).")
            raise Unsuitable(message % {"status": status})
        return ""

    def _request(self, method: str, parts: SplitResult) -> tuple[int, str]:
        """Return the status and the redirect of an answer; its body is not read."""
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"User-Agent": "ganetimgr", "Accept": "*/*"}
        if method == "GET":
            headers["Range"] = "bytes=0-0"
        try:
            with self._connected(parts) as connection:
                connection.request(method, target, headers=headers)
                answer = connection.getresponse()
                return answer.status, answer.getheader("Location", "")
        except ssl.SSLCertVerificationError as exc:
            raise Unsuitable(_("Its server's certificate is not valid.")) from exc
        except (OSError, ValueError, http.client.HTTPException) as exc:
            self.left_s  # noqa: B018 - the time may be what ended it
            raise Unsuitable(_("Its server does not answer as one should.")) from exc

    @contextmanager
    def _connected(self, parts: SplitResult) -> Iterator[http.client.HTTPConnection]:
        """Connect to an address that was looked at; cut it off when time is up.

        A timeout of a socket is one of each piece that comes, however small.
        """
        host, port = str(parts.hostname), parts.port or _PORTS[parts.scheme]
        sock = self._socket(self._addresses(host, port), port)
        if parts.scheme == "https":
            sock = ssl.create_default_context().wrap_socket(
                sock, server_hostname=host, do_handshake_on_connect=False
            )
        cut = threading.Timer(self.left_s, _cut_off, (sock,))
        cut.start()
        try:
            if isinstance(sock, ssl.SSLSocket):
                sock.do_handshake()
            connection = http.client.HTTPConnection(host, port)
            connection.sock = sock
            connection.default_port = _PORTS[parts.scheme]
            yield connection
        finally:
            cut.cancel()
            sock.close()

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        """Resolve a name, once; one address that is not public spoils all."""
        try:
            addresses = _resolvers.submit(self.resolve, host, port).result(self.left_s)
        except NotInTime as exc:
            raise Unsuitable(TOO_SLOW) from exc
        except (OSError, UnicodeError) as exc:
            raise Unsuitable(NOT_PUBLIC % {"host": host}) from exc
        suitable = self.allow_private or all(map(is_public, addresses))
        if not addresses or not suitable:
            raise Unsuitable(NOT_PUBLIC % {"host": host})
        return addresses

    def _socket(self, addresses: Sequence[str], port: int) -> socket.socket:
        """Connect to the first of the addresses that takes it."""
        for address in addresses:
            try:
                return socket.create_connection((address, port), self.left_s)
            except OSError:
                continue
        self.left_s  # noqa: B018 - the time may be what ended it
        raise Unsuitable(_("Its server does not take connections."))


def _cut_off(sock: socket.socket) -> None:
    # Past TLS, whose own shutdown would pull the rug from under who reads.
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        return  # closed already
