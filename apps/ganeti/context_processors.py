"""What every page shows around its content."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.accounts import colours
from apps.web.requests import current_page

from .models import Job
from .views.asking import person_of


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the brand, the colours, the person, and how many jobs run for them."""
    return {
        "branding": settings.BRANDING,
        "colours": colours.of(request),
        "current_page": current_page(request),
        "person": SimpleLazyObject(lambda: person_of(request)),
        "running_jobs": SimpleLazyObject(lambda: running_jobs(request)),
    }


def running_jobs(request: HttpRequest) -> int:
    """Count the jobs that run: staff's view is everybody's, others see their own."""
    if not isinstance(request.user, User):
        return 0
    jobs = Job.objects.unfinished()
    if not person_of(request).staff:
        jobs = jobs.filter(user=request.user)
    return jobs.count()
