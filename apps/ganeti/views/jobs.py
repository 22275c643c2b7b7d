"""Jobs that run."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.web.requests import UserRequest


@require_safe
def jobs_running(request: UserRequest) -> HttpResponse:
    """Return the indicator of the top bar; it asks again only while jobs run."""
    return render(request, "ganeti/_running_jobs.html")
