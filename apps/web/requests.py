"""What a request says of who sends it, from where, and from which page."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from . import client_address

MAX_LENGTH = 2000
# One behind another; more are not looked at.
MAX_PROXIES = 10


class UserRequest(HttpRequest):
    """A request of somebody who is logged in."""

    user: User
    htmx: HtmxDetails


def wants_fragment(request: UserRequest) -> bool:
    """Whether htmx asks for what moves alone; what it restores is the whole page."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def client_ip(request: HttpRequest) -> str | None:
    """Return where a request comes from.

    A web server in front says it in ``X-Forwarded-For``, behind what others have said
    to it; but for ``TRUSTED_PROXIES``, nobody is believed. Zones are dropped: they may
    be of any length and mean nothing here.
    """
    address = client_address.parse(request.META.get("REMOTE_ADDR") or "")
    forwarded: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
    for hop in reversed(forwarded.rsplit(",", MAX_PROXIES)[-MAX_PROXIES:]):
        # One that asks through a socket has no address.
        if address and not client_address.is_in(address, settings.TRUSTED_PROXIES):
            break
        before = client_address.parse(hop.strip())
        if before is None:
            break
        address = before
    return str(address) if address else None


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
