"""How often one may try a password: so often, then one waits.

What django-axes asks for, by the names in the settings; it counts.
"""

import unicodedata
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.auditlog.origin import address_of

TOO_MANY = 429


def attempts(_request: HttpRequest, _credentials: Any) -> int:
    return settings.LOGIN_ATTEMPTS


def pause(_request: HttpRequest | None = None) -> timedelta:
    return timedelta(minutes=settings.LOGIN_PAUSE_MINUTES)


def name_tried(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """Return under which name attempts count: a directory takes any case for one."""
    given = (credentials or {}).get("username") or request.POST.get("username") or ""
    return unicodedata.normalize("NFKC", str(given)).strip().casefold()[:255]


def does_not_count(request: HttpRequest, _credentials: Any = None) -> bool:
    """Tell whether nobody can say that the password was wrong."""
    return getattr(request, "directory_is_away", False)


def locked_out(
    _request: HttpRequest, response: HttpResponse | None, _credentials: Any
) -> HttpResponse:
    """Answer with the page as it is, which says it: see `LoginForm`."""
    answer = response or HttpResponse(_("Too many wrong passwords."))
    answer.status_code = TOO_MANY
    return answer


def how_long(request: HttpRequest, username: str) -> str:
    """Say in words how long somebody has to wait until the next attempt."""
    last = AccessAttempt.objects.filter(
        username=name_tried(request, {"username": username}),
        ip_address=address_of(request),
    ).aggregate(last=Max("attempt_time"))["last"]
    left = (last or timezone.now()) + pause() - timezone.now()
    minutes = max(1, -(-int(left.total_seconds()) // 60))
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {
        "count": minutes
    }


def forget(username: str) -> None:
    """Let somebody try again at once, who has shown who they are."""
    name = name_tried(HttpRequest(), {"username": username})
    AccessAttempt.objects.filter(username=name).delete()
