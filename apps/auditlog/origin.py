"""Who asks for something, from where, and for how much of a page."""

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from apps.web import client_address

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
    is believed. Zones are dropped: they may be of any length and mean nothing here.
    """
    direct = client_address.parse(request.META.get("REMOTE_ADDR") or "")
    if direct and not direct.is_loopback:
        return str(direct)
    forwarded: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
    last = client_address.parse(forwarded.rpartition(",")[2].strip())
    return str(last or direct) if last or direct else None
