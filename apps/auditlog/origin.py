"""Who asks for something, from where, and for how much of a page."""

from ipaddress import ip_address
from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from .entries import Acting


class UserRequest(HttpRequest):
    """A request of somebody who is logged in."""

    user: User
    htmx: HtmxDetails


def wants_part(request: UserRequest) -> bool:
    """Whether htmx asks for what moves alone; what it restores is the whole page."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def acting(request: HttpRequest) -> Acting:
    return Acting(user=cast(User, request.user), address=address_of(request))


def address_of(request: HttpRequest) -> str | None:
    """Return where a request comes from.

    A web server in front, on this host, says it in ``X-Forwarded-For``; nobody else
    is believed.
    """
    direct: str = request.META.get("REMOTE_ADDR") or ""
    if direct and not _is_loopback(direct):
        return direct
    forwarded: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
    last = forwarded.rpartition(",")[2].strip()
    return last if _is_address(last) else (direct or None)


def _is_loopback(text: str) -> bool:
    return _is_address(text) and ip_address(text).is_loopback


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
