"""Directory listings as web servers write them: which files they name."""

from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from bs4 import BeautifulSoup
from bs4.exceptions import ParserRejectedMarkup
from bs4.filter import SoupStrainer
from natsort import natsorted

from ..domain.osimage import is_line
from ..rapi.errors import gettext_noop
from .web import Broken

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class File:
    """A file in a directory: its name as people read it, and its address."""

    name: str
    url: str


def files(page: bytes, url: str) -> dict[str, File]:
    """Return the files of a listing at ``url`` by name, in natural order.

    Everything else that such a page links to is left out: the parent, directories
    below, orders of the list, other hosts.
    """
    links = SoupStrainer("a", href=True)
    # The parser takes minutes over many tags that begin and never end.
    text = page[: page.rfind(b">") + 1].decode(errors="replace")
    try:
        soup = BeautifulSoup(text, "html.parser", parse_only=links)
    except ParserRejectedMarkup as exc:
        raise Broken(gettext_noop("Its listing cannot be read.")) from exc
    found: dict[str, File] = {}
    for link in soup.find_all("a", href=True):
        file = _file(str(link["href"]), url)
        if file is not None:
            found.setdefault(file.name, file)
    return {name: found[name] for name in natsorted(found)}


def _file(href: str, base: str) -> File | None:
    """Return the file directly in the directory that a link leads to, if one."""
    try:
        url = urljoin(base, href.strip())
        there, here = urlsplit(url), urlsplit(base)
        if _place(there) != _place(here) or there.query or there.fragment:
            return None
    except ValueError:  # no address at all
        return None
    directory = unquote(here.path.rpartition("/")[0]) + "/"
    path = unquote(there.path)
    name = path.removeprefix(directory)
    if name == path or "/" in name or "\ufffd" in name or not is_line(name):
        return None
    return File(name, url)


def _place(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
