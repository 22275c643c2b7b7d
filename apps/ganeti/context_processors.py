"""What every page shows around its content."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.accounts import colour_mode
from apps.accounts.person import TemplateAccess, person_of
from apps.web.requests import current_page

from . import access
from .jobs import counts


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the brand, the colours, who may see what, and how many jobs run."""
    return {
        "branding": settings.BRANDING,
        "colours": colour_mode.of(request),
        "current_page": current_page(request),
        "access": TemplateAccess(access, request),
        "running_jobs": SimpleLazyObject(lambda: _running_jobs(request)),
    }


def _running_jobs(request: HttpRequest) -> int:
    """Count them now for what is sent to an open page: it tells of an end."""
    if not isinstance(request.user, User):
        return 0
    is_part = bool(getattr(request, "htmx", False))
    return counts.running(request.user, person_of(request), now=is_part)
