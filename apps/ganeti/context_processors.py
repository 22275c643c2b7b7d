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
from .models import Job


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the brand, the colours, who may see what, and how many jobs run."""
    return {
        "branding": settings.BRANDING,
        "colours": colour_mode.of(request),
        "current_page": current_page(request),
        "access": TemplateAccess(access, request),
        "running_jobs": SimpleLazyObject(lambda: running_jobs(request)),
    }


def running_jobs(request: HttpRequest) -> int:
    """Count the jobs that run: staff's view is everybody's, others see their own."""
    if not isinstance(request.user, User):
        return 0
    jobs = Job.objects.unfinished()
    if not access.may_see_clusters(person_of(request)):
        jobs = jobs.filter(user=request.user)
    return jobs.count()
