"""Directory listings of web servers, and the files in them."""

from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from natsort import natsorted

from apps.net.download import DownloadError
from apps.net.links import find_links
from apps.work import limited_process

from ..domain.osimage import is_line
from ..rapi.errors import gettext_noop

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class File:
    """A file in a directory: its decoded name, and its URL."""

    name: str
    url: str


def files_in(page: bytes, url: str) -> dict[str, File]:
    """Return the files of a listing at ``url`` by name, in natural order.

    All other links of such a page are left out: parent and subdirectories, sort
    orders, other hosts.
    """
    try:
        hrefs: list[str] = limited_process.call(find_links, page)
    except limited_process.LimitError as exc:
        raise DownloadError(gettext_noop("Its listing can't be read.")) from exc
    files: dict[str, File] = {}
    for href in hrefs:
        file = _file(href, url)
        if file is not None:
            files.setdefault(file.name, file)
    return {name: files[name] for name in natsorted(files)}


def _file(href: str, base: str) -> File | None:
    """Return the file that a link leads to, if it is directly in the directory."""
    try:
        url = urljoin(base, href.strip())
        parts, base_parts = urlsplit(url), urlsplit(base)
        if _origin(parts) != _origin(base_parts) or parts.query or parts.fragment:
            return None
    except ValueError:  # not a URL
        return None
    directory = unquote(base_parts.path.rpartition("/")[0]) + "/"
    path = unquote(parts.path)
    name = path.removeprefix(directory)
    if name == path or "/" in name or "\ufffd" in name or not is_line(name):
        return None
    return File(name, url)


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
