"""The indicator of running jobs."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from apps.accounts.person import person_of
from apps.web.fragments import render
from apps.web.requests import UserRequest

from ..jobs import counts


@require_safe
def jobs_running(request: UserRequest) -> HttpResponse:
    """Return the indicator of the top bar; it asks again only while jobs run."""
    running = counts.running(request.user, person_of(request))
    return HttpResponse(render("ganeti/_running_jobs.html", {"running_jobs": running}))
