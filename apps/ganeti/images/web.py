"""Small files from the web: bounded in time and size, and not trusted."""

import time
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin

import requests
import urllib3

from ..rapi.errors import gettext_noop

CONNECT_S = 5.0
READ_S = 10.0
# Each file at most, and all of a source.
FILE_S = 20.0
SOURCE_S = 60.0
LARGEST = 512 * 1024
REDIRECTS = 3
CHUNK = 64 * 1024


class Broken(Exception):
    """A source does not answer as one should; the text says why, for people."""


class FileBroken(Broken):
    """One file cannot be had, while its server does answer."""


@dataclass(frozen=True, slots=True)
class Page:
    """What came, and from where after redirects."""

    url: str
    body: bytes


class Web:
    """Fetches files of one source, until its time is over."""

    def __init__(self) -> None:
        self._ends_at = time.monotonic() + SOURCE_S
        self._session = requests.Session()
        self._session.headers["User-Agent"] = "ganetimgr"
        # What is packed could unpack to anything.
        self._session.headers["Accept-Encoding"] = "identity"

    def get(self, url: str) -> Page:
        """Return what is at an address; raises Broken, FileBroken."""
        ends_at = min(self._ends_at, time.monotonic() + FILE_S)
        try:
            for _ in range(1 + REDIRECTS):
                _in_time(ends_at)
                with self._answer(url) as answer:
                    if not answer.is_redirect:
                        _look_at(answer)
                        return Page(url, _body(answer, ends_at))
                    url = urljoin(url, answer.headers["Location"])
        except (requests.RequestException, urllib3.exceptions.HTTPError) as exc:
            raise _broken(exc) from exc
        except (ValueError, OSError) as exc:
            # Neither of these libraries lets every fault out as one of its own.
            raise Broken(gettext_noop("The connection broke off.")) from exc
        raise FileBroken(gettext_noop("It sends from one address to the next."))

    def _answer(self, url: str) -> requests.Response:
        """Ask one address; requests itself would read all that a redirect says."""
        return self._session.get(
            url, stream=True, timeout=(CONNECT_S, READ_S), allow_redirects=False
        )

    def close(self) -> None:
        self._session.close()


def _in_time(ends_at: float) -> None:
    if time.monotonic() > ends_at:
        raise Broken(gettext_noop("It takes too long to answer."))


def _look_at(answer: requests.Response) -> None:
    """Say no to an answer before it is read."""
    if answer.status_code != HTTPStatus.OK:
        message = gettext_noop("It answers with an error")
        raise FileBroken(f"{message}: HTTP {answer.status_code}.")
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise FileBroken(gettext_noop("It answers in an encoding not asked for."))


def _body(answer: requests.Response, ends_at: float) -> bytes:
    """Read piece by piece, as they come: who drips is not waited for."""
    body = b""
    while piece := answer.raw.read1(CHUNK, decode_content=False):
        body += piece
        if len(body) > LARGEST:
            message = gettext_noop("It is larger than what is read of such files")
            raise FileBroken(f"{message}: {LARGEST // 1024} KiB.")
        _in_time(ends_at)
    return body


def _broken(exc: Exception) -> Broken:
    match exc:
        case requests.exceptions.InvalidSchema() | requests.exceptions.InvalidURL():
            return FileBroken(gettext_noop("It sends to an address that is not HTTP."))
        case requests.exceptions.SSLError():
            return Broken(gettext_noop("Its certificate is not trusted."))
        case requests.ConnectTimeout():
            return Broken(gettext_noop("It cannot be reached: no connection in time."))
        case requests.ReadTimeout() | urllib3.exceptions.ReadTimeoutError():
            return Broken(gettext_noop("It did not answer in time."))
        case requests.ConnectionError() if _no_connection(exc):
            return Broken(gettext_noop("It cannot be reached."))
    return Broken(gettext_noop("The connection broke off."))


def _no_connection(exc: requests.ConnectionError) -> bool:
    """Tell whether no connection came about, name resolution included."""
    cause = exc.args[0] if exc.args else None
    reason = getattr(cause, "reason", None)
    return isinstance(reason, urllib3.exceptions.NewConnectionError)
