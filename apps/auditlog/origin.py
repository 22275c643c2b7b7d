"""Who asks for something, from where, and for how much of a page."""

from typing import cast

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from apps.web import client_address

from .entries import Acting

# One behind another; more are not looked at.
MAX_PROXIES = 10


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
