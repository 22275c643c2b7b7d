"""Determine the user, address and current page of a request."""

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
    """A request of a logged-in user."""

    user: User
    htmx: HtmxDetails


def wants_fragment(request: UserRequest) -> bool:
    """Return whether htmx needs a fragment; to restore history, it needs the page."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def client_ip(request: HttpRequest) -> str | None:
    """Return the client address of a request.

    A web server in front appends it to ``X-Forwarded-For``; only ``TRUSTED_PROXIES``
    are trusted to do so. Zones are dropped: they may be of any length and mean nothing
    here.
    """
    address = client_address.parse(request.META.get("REMOTE_ADDR") or "")
    forwarded: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
    for hop in reversed(forwarded.rsplit(",", MAX_PROXIES)[-MAX_PROXIES:]):
        # A proxy that connects through a socket has no address.
        if address and not client_address.is_in(address, settings.TRUSTED_PROXIES):
            break
        sender = client_address.parse(hop.strip())
        if sender is None:
            break
        address = sender
    return str(address) if address else None


def current_page(request: HttpRequest) -> str:
    """Return the path and query of the current page; empty if unknown.

    The URL of a POST may not accept GET, so use the page that it was sent from.
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
