"""What every page shows around its content."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.accounts import colour_mode
from apps.accounts.person import TemplateAccess, person_of
from apps.web.fragments import Varying
from apps.web.requests import current_page

from . import access
from .jobs import counts


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the brand, the colours, who may see what, and how many jobs run."""
    return {
        "branding": settings.BRANDING,
        "topbar": SimpleLazyObject(lambda: _topbar(request)),
        "colours": colour_mode.of(request),
        "current_page": current_page(request),
        "access": TemplateAccess(access, request),
        "running_jobs": SimpleLazyObject(lambda: _running_jobs(request)),
    }


def _topbar(request: HttpRequest) -> dict[str, Any]:
    """Return what the fragment of the top bar is made of, beside the token."""
    # An answer made before middleware knows of anybody has a frame, too.
    user: User | AnonymousUser = getattr(request, "user", AnonymousUser())
    values: dict[str, Any] = {
        "logged_in": isinstance(user, User),
        "colours": colour_mode.of(request),
        "current_page": Varying(current_page(request)),
    }
    if isinstance(user, User):
        values |= {
            "running_jobs": _running_jobs(request),
            "username": Varying(user.get_username()),
            "full_name": Varying(user.get_full_name()),
        }
    return values


def _running_jobs(request: HttpRequest) -> int:
    """Count them now for what is sent to an open page: it tells of an end."""
    if not isinstance(request.user, User):
        return 0
    is_part = bool(getattr(request, "htmx", False))
    return counts.running(request.user, person_of(request), now=is_part)
