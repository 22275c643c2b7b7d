"""What a request says of the page that it comes from."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme

MAX_LENGTH = 2000


def current_page(request: HttpRequest) -> str:
    """Return the path and query of the page on screen, empty if nobody knows it.

    A page drawn in answer to a POST may have an address that takes nothing else; what
    the browser names as its origin was there to be read.
    """
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    origin = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    return own_path(request, origin)


def own_path(request: HttpRequest, url: str) -> str:
    """Return the path and query of a URL of this site; empty for any other."""
    if len(url) > MAX_LENGTH:
        return ""
    is_ours = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if not is_ours:
        return ""
    parts = urlsplit(url)
    path = escape_leading_slashes(parts.path)
    return f"{path}?{parts.query}" if parts.query else path
