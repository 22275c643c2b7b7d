"""Template context of the frame that every page has."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.accounts import colour_mode
from apps.accounts.person import TemplateAccess, person_of
from apps.web import navigation
from apps.web.fragments import Varying, render
from apps.web.requests import current_page

from . import access
from .jobs import counts
from .jobs.counts import JobCount


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the brand, access checks, count of jobs, and the frame."""
    return {
        "branding": settings.BRANDING,
        "frame": SimpleLazyObject(lambda: _frame(request)),
        "current_page": current_page(request),
        "access": TemplateAccess(access, request),
        "job_count": SimpleLazyObject(lambda: _job_count(request)),
    }


def _frame(request: HttpRequest) -> dict[str, Any]:
    """Return the values of the frame's fragment that the request alone decides.

    What changes often is a fragment of its own, so that the frame is rendered rarely.
    """
    # Responses made before the authentication middleware have a frame, too.
    user: User | AnonymousUser = getattr(request, "user", AnonymousUser())
    values: dict[str, Any] = {
        "logged_in": isinstance(user, User),
        "colours": colour_mode.of(request),
        "current_page": Varying(current_page(request)),
    }
    if isinstance(user, User):
        values |= {
            "running_jobs": Varying(
                render("ganeti/_running_jobs.html", {"jobs": _job_count(request)})
            ),
            "navigation": Varying(
                render("_nav.html", {"navigation": navigation.groups(request)})
            ),
            "username": Varying(user.get_username()),
            "full_name": Varying(user.get_full_name()),
        }
    return values


def _job_count(request: HttpRequest) -> JobCount:
    """Count jobs; exactly for htmx fragments, which may report a job's end."""
    if not isinstance(request.user, User):
        return JobCount()
    is_part = bool(getattr(request, "htmx", False))
    return counts.count(request.user, person_of(request), now=is_part)
