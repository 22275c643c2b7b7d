"""Links to a new notification, on the pages of what it can be about."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.person import person_of
from apps.web.page_actions import PageAction

from . import access
from .targets import INFRASTRUCTURE, TargetKind


def _address(kind: str, cluster: str, name: str) -> str:
    values = {"kind": kind, "cluster": cluster, "name": name}
    query = urlencode({key: value for key, value in values.items() if value})
    return f"{reverse('notifications:compose')}?{query}"


def _may_send(request: HttpRequest) -> bool:
    return access.may_send(person_of(request))


ACTIONS = (
    PageAction(
        INFRASTRUCTURE, "megaphone", _("Maintenance notice"), _address, _may_send
    ),
    PageAction(
        frozenset({TargetKind.USER, TargetKind.GROUP}),
        "megaphone",
        _("Send a notification"),
        _address,
        _may_send,
    ),
)
