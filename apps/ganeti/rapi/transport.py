"""HTTP to one cluster's RAPI: timeouts, certificates, a limit on concurrent calls.

Ganeti's RAPI daemon serves about twenty clients and then blocks for everybody, so
each process opens only a few connections to one cluster at a time.
"""

import html
import json
import re
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from http import HTTPStatus
from typing import Any, Protocol

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3.util.ssl_ import create_urllib3_context

from .errors import (
    RapiError,
    RapiProtocolError,
    RapiUnreachable,
    RapiUntrusted,
    gettext_noop,
    refusal,
)

Json = Any
Query = Mapping[str, str | int | list[str]]


class Verification(StrEnum):
    """How the cluster's certificate is verified."""

    SYSTEM = "system"
    CA_FILE = "ca_file"
    FINGERPRINT = "fingerprint"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Address of a cluster's RAPI, credentials, and verification of its certificate.

    ``fingerprint`` is the certificate's SHA-256 as hexadecimal digits; ``max_wait_s``
    shortens the timeouts of the settings.
    """

    host: str
    port: int = 5080
    username: str = ""
    password: str = ""
    verification: Verification = Verification.SYSTEM
    ca_file: str = ""
    fingerprint: str = ""
    max_wait_s: float | None = None

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for a connection and for (the next piece of) an answer."""

    connect_s: float = 8
    response_s: float = 15

    def at_most(self, max_wait_s: float | None) -> "Timeouts":
        """Return these timeouts, neither longer than ``max_wait_s``."""
        if max_wait_s is None:
            return self
        return Timeouts(
            min(self.connect_s, max_wait_s), min(self.response_s, max_wait_s)
        )


class Transport(Protocol):
    """The HTTP interface of the client; tests substitute a simulated cluster."""

    def request(
        self, method: str, path: str, *, query: Query | None = None, body: Json = None
    ) -> Json:
        """Make one call and return the decoded answer; raise RapiError."""


class CallLimiter:
    """Limit of concurrent calls per cluster, in this process."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._slots: dict[tuple[str, int], threading.BoundedSemaphore] = {}
        self._lock = threading.Lock()

    def slot(self, endpoint: Endpoint) -> threading.BoundedSemaphore:
        """Return the semaphore to hold during a call to this cluster."""
        key = (endpoint.host, endpoint.port)
        with self._lock:
            if key not in self._slots:
                self._slots[key] = threading.BoundedSemaphore(self.limit)
            return self._slots[key]


# The site itself warns administrators where verification is off.
urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

_BY_AUTHORITY = frozenset({Verification.SYSTEM, Verification.CA_FILE})
# A fingerprint that matches no certificate.
NO_CERTIFICATE = "0" * 64


@cache
def _system_context() -> ssl.SSLContext:
    """Return a context with the system's CAs; loading them takes as long as a call."""
    return ssl.create_default_context()


def _file_context(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as exc:
        reason = f": {ca_file}: {exc.strerror or exc}."
        message = gettext_noop("The CA file cannot be used") + reason
        raise RapiUnreachable(message, sent=False) from exc


def _unchecked_context() -> ssl.SSLContext:
    return create_urllib3_context(cert_reqs=ssl.CERT_NONE)


class _CertificateAdapter(HTTPAdapter):
    """Verifies the certificate as the endpoint says.

    requests does not support fingerprints, uses its own list of CAs instead of the
    system's, and would load it for every call, even without verification.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        match self._endpoint.verification:
            case Verification.SYSTEM:
                kwargs["ssl_context"] = _system_context()
            case Verification.CA_FILE:
                kwargs["ssl_context"] = _file_context(self._endpoint.ca_file)
            case Verification.FINGERPRINT:
                pinned = self._endpoint.fingerprint.replace(":", "")
                # Without a fingerprint urllib3 would verify nothing at all.
                kwargs["assert_fingerprint"] = pinned or NO_CERTIFICATE
                kwargs["ssl_context"] = _unchecked_context()
            case Verification.OFF:
                kwargs["ssl_context"] = _unchecked_context()
        super().init_poolmanager(*args, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Do nothing: the SSL context has the CAs."""


class HttpTransport:
    """Calls over HTTPS, each on a connection of its own, as RAPI expects."""

    def __init__(
        self, endpoint: Endpoint, timeouts: Timeouts, call_limiter: CallLimiter
    ) -> None:
        self.endpoint = endpoint
        self._timeouts = timeouts
        self._call_limiter = call_limiter

    def request(
        self, method: str, path: str, *, query: Query | None = None, body: Json = None
    ) -> Json:
        slot = self._call_limiter.slot(self.endpoint)
        max_wait_s = self._timeouts.connect_s + self._timeouts.response_s
        if not slot.acquire(timeout=max_wait_s):
            message = gettext_noop("Too many calls are waiting for it.")
            raise RapiUnreachable(message, sent=False)
        try:
            return _decode(self._send(method, path, query, body))
        finally:
            slot.release()

    def _send(
        self, method: str, path: str, query: Query | None, body: Json
    ) -> requests.Response:
        try:
            with self._session() as session:
                return session.request(
                    method,
                    self.endpoint.url + path,
                    params=query,
                    json=body,
                    timeout=(self._timeouts.connect_s, self._timeouts.response_s),
                    allow_redirects=False,
                )
        except (requests.RequestException, urllib3.exceptions.HTTPError) as exc:
            raise _unreachable(exc) from exc

    def _session(self) -> requests.Session:
        session = requests.Session()
        # No proxies, certificates or netrc from the environment.
        session.trust_env = False
        if self.endpoint.username:
            session.auth = HTTPBasicAuth(
                self.endpoint.username.encode(), self.endpoint.password.encode()
            )
        session.verify = self.endpoint.verification in _BY_AUTHORITY
        session.headers["User-Agent"] = "ganetimgr"
        session.mount("https://", _CertificateAdapter(self.endpoint))
        return session


_NEVER_SENT = (
    requests.ConnectTimeout,
    requests.exceptions.InvalidURL,
)


def _unreachable(exc: Exception) -> RapiUnreachable:
    match exc:
        case requests.exceptions.SSLError():
            message = gettext_noop("Its certificate is not the expected one.")
            return RapiUntrusted(message, sent=False)
        case requests.ConnectTimeout():
            message = gettext_noop("It cannot be reached: no connection in time.")
        case requests.ReadTimeout():
            message = gettext_noop("It did not answer in time.")
        case requests.ConnectionError() if _refused_connection(exc):
            message = gettext_noop("It refuses connections.")
            return RapiUnreachable(message, sent=False)
        case requests.ConnectionError():
            message = gettext_noop("The connection broke off.")
        case _:
            message = gettext_noop("The call failed on its way.")
    return RapiUnreachable(message, sent=not isinstance(exc, _NEVER_SENT))


def _refused_connection(exc: requests.ConnectionError) -> bool:
    """Return whether no connection was made; includes failed name resolution."""
    cause = exc.args[0] if exc.args else None
    reason = getattr(cause, "reason", None)
    return isinstance(reason, urllib3.exceptions.NewConnectionError)


# Phrases of HTTP statuses, which say no more than the code.
_PHRASES = frozenset(status.phrase for status in HTTPStatus)
_TUPLE = re.compile(
    r"""\((?P<quote>["'])(?P<message>.*)(?P=quote), '\w+'\)""", re.DOTALL
)


def _decode(response: requests.Response) -> Json:
    try:
        answer = json.loads(response.content)
    except (ValueError, RecursionError) as exc:
        raise _not_ganeti(response) from exc
    if response.ok:
        return answer
    raise _error_of(response.status_code, answer)


def _error_of(code: int, answer: Json) -> RapiError:
    without_reason = gettext_noop("It answered without a reason") + f": HTTP {code}."
    if not isinstance(answer, dict):
        return RapiProtocolError(without_reason)
    return refusal(code, _message_of(answer) or without_reason)


def _message_of(answer: Mapping[str, Any]) -> str:
    """Return Ganeti's message of an error.

    If ``message`` is only the phrase of the status, ``explain`` is taken. Both are
    escaped for HTML, and messages of the master daemon are the text of a Python tuple:
    ``('Instance … not found', 'unknown_entity')``.
    """
    message = html.unescape(str(answer.get("message") or ""))
    if not message or message in _PHRASES:
        message = html.unescape(str(answer.get("explain") or message))
    match = _TUPLE.fullmatch(message)
    return match["message"] if match else message


def _not_ganeti(response: requests.Response) -> RapiError:
    message = gettext_noop("Something that is not Ganeti answered")
    return RapiProtocolError(f"{message}: HTTP {response.status_code}.")
