"""Whether there is a file behind an address that somebody typed.

The one place where this site talks to a host that a user names. So it goes to public
addresses and to the ports of files only, at every hop; a name is resolved once and the
connection goes to what it resolved to; all of it together has a few seconds; and
whatever goes wrong is said in the same words, so that nobody explores networks by it.
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
from concurrent.futures import TimeoutError as NotInTime
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SECONDS = 5.0
# No failure is told sooner: a closed port would be told from an open one.
SHORTEST_FAILURE_S = 1.0
MOST_REDIRECTS = 3
LONGEST_URL = 1024
# Redirects lead to signed addresses, which are long.
LONGEST_REDIRECT = 4096
# Threads of the web server that may wait for foreign hosts at the same time.
AT_ONCE = 4

Resolve = Callable[[str, int], Sequence[str]]

_PORTS = {"http": 80, "https": 443}
# What a redirect may hold unquoted: all that is printable, but the space.
_UNQUOTED = "".join(map(chr, range(0x21, 0x7F)))
# What a URL may hold, but for the comma: qemu would read what follows as options.
_WRITTEN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+;=%]+")
_HOST = re.compile(r"[A-Za-z0-9\-._:]+")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FILE_STATUSES = frozenset({200, 206})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Not global either, which older Pythons do not know.
_NOT_GLOBAL = [
    ipaddress.ip_network(network)
    for network in ("192.0.0.0/24", "64:ff9b:1::/48", "3fff::/20", "5f00::/16")
]

_slots = threading.BoundedSemaphore(AT_ONCE)
_sleep = time.sleep
_resolvers = ThreadPoolExecutor(AT_ONCE, "resolve")


class Unsuitable(Exception):
    """There is no file that could be used; ``reason`` is for who typed the address."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(reason)
        self.reason = reason


class _Failure(Exception):
    """No file came of it; which way it failed is for nobody."""


class _NoFile(_Failure):
    """A server was asked, and has no such file or does not speak HTTP."""


NO_FILE = _(
    "The file couldn't be read. The host must be on the public internet and respond "
    "within %(seconds)d seconds, with a valid certificate if the address is https://."
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
    seconds: float = SECONDS,
) -> None:
    """Raise Unsuitable unless a server answers for the address that it has a file."""
    parts = parse(url)
    if _port(parts) not in ports:
        message = _("Its port must be one of these: %(ports)s.")
        numbers = ", ".join(map(str, sorted(ports)))
        raise Unsuitable(message % {"ports": numbers})
    began = time.monotonic()
    if not _slots.acquire(blocking=False):
        raise Unsuitable(
            _("Several addresses are being checked. Try again in a moment.")
        )
    try:
        _Check(allow_private, ports, resolve, began + seconds).run(url)
    except _Failure as exc:
        failure = exc
    else:
        return
    finally:
        _slots.release()
    _sleep(max(0.0, began + SHORTEST_FAILURE_S - time.monotonic()))
    raise Unsuitable(NO_FILE % {"seconds": SECONDS}) from failure


def parse(url: str) -> SplitResult:
    """Return the parts of an address that may be asked for; raises Unsuitable."""
    unfit = Unsuitable(
        _(
            "It is too long, or contains a comma or another character that isn't "
            "allowed."
        )
    )
    if len(url) > LONGEST_URL:
        raise unfit
    parts = _split(url)
    if not _WRITTEN.fullmatch(url):
        raise unfit
    return parts


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise Unsuitable(_("This isn't the address of a file.")) from exc
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        raise Unsuitable(
            _("It must start with http:// or https:// and contain a host name.")
        )
    if "@" in parts.netloc or not _HOST.fullmatch(parts.hostname):
        raise Unsuitable(_("It can't contain a user name or password."))
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]


def is_public(address: str) -> bool:
    """Tell whether an address is one of the internet, for everybody to reach."""
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
    ports: Collection[int]
    resolve: Resolve
    end: float

    def _check_deadline(self) -> float:
        """Raise _Failure if time is up; return the seconds that are left."""
        left_s = self.end - time.monotonic()
        if left_s <= 0:
            raise _Failure("too slow")
        return left_s

    def run(self, url: str) -> None:
        """Ask for the head alone, and for one byte where that is refused.

        From the start then: signed addresses, redirects to them included, are signed
        for one method.
        """
        try:
            self._follow("HEAD", url)
        except _NoFile:
            self._follow("GET", url)

    def _follow(self, method: str, url: str) -> None:
        """Go from redirect to redirect until there is a file."""
        for _hop in range(MOST_REDIRECTS + 1):
            status, location = self._request(method, self._suitable(url))
            if status in _FILE_STATUSES:
                return
            if status not in _REDIRECTS or not location:
                raise _NoFile(status)
            url = _next_url(url, location)
        raise _Failure("too many redirects")

    def _suitable(self, url: str) -> SplitResult:
        try:
            parts = _split(url)
        except Unsuitable as exc:
            raise _Failure("no address") from exc
        if _port(parts) not in self.ports:
            raise _Failure("another port")
        return parts

    def _request(self, method: str, parts: SplitResult) -> tuple[int, str]:
        """Return the status and the redirect of an answer; its body is not read."""
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"User-Agent": "ganetimgr", "Accept": "*/*"}
        if method == "GET":
            headers["Range"] = "bytes=0-0"
        with self._connected(parts) as connection:
            try:
                connection.request(method, target, headers=headers)
                answer = connection.getresponse()
                return answer.status, answer.getheader("Location", "")
            except (OSError, ValueError, http.client.HTTPException) as exc:
                self._check_deadline()  # it may be what ended the connection
                raise _NoFile("no HTTP") from exc

    @contextmanager
    def _connected(self, parts: SplitResult) -> Iterator[http.client.HTTPConnection]:
        """Connect to an address that was looked at; cut it off when time is up.

        A timeout of a socket is one of each piece that comes, however small.
        """
        host, port = str(parts.hostname), _port(parts)
        sock = self._socket(self._addresses(host, port), port)
        if parts.scheme == "https":
            sock = _with_tls(sock, host)
        cut = threading.Timer(self._check_deadline(), _cut_off, (sock,))
        cut.start()
        try:
            _shake_hands(sock)
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
            resolved = _resolvers.submit(self.resolve, host, port)
            addresses = resolved.result(self._check_deadline())
        except (NotInTime, OSError, UnicodeError) as exc:
            raise _Failure("no such host") from exc
        suitable = self.allow_private or all(map(is_public, addresses))
        if not addresses or not suitable:
            raise _Failure("not public")
        return addresses

    def _socket(self, addresses: Sequence[str], port: int) -> socket.socket:
        """Connect to the first of the addresses that takes it."""
        for address in addresses:
            try:
                return socket.create_connection((address, port), self._check_deadline())
            except OSError:
                continue
        raise _Failure("no connection")


def _next_url(url: str, location: str) -> str:
    """Return where a redirect leads, quoted; header lines are read as Latin-1."""
    if len(location) > LONGEST_REDIRECT:
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


def _shake_hands(sock: socket.socket) -> None:
    if isinstance(sock, ssl.SSLSocket):
        try:
            sock.do_handshake()
        except (OSError, ValueError) as exc:
            raise _Failure("no TLS, or no valid certificate") from exc


def _cut_off(sock: socket.socket) -> None:
    # Past TLS, whose own shutdown would pull the rug from under who reads.
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        return  # closed already
