"""Directory listings as web servers write them: which files they name."""

from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from natsort import natsorted

from apps.net.links import links
from apps.work import limited_process

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
    try:
        hrefs: list[str] = limited_process.call(links, page)
    except limited_process.LimitError as exc:
        raise Broken(gettext_noop("Its listing can't be read.")) from exc
    files: dict[str, File] = {}
    for href in hrefs:
        file = _file(href, url)
        if file is not None:
            files.setdefault(file.name, file)
    return {name: files[name] for name in natsorted(files)}


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
