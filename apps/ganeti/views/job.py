"""The page of a job in a cluster's queue, its polls, and its cancellation."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.person import person_of
from apps.auditlog.actor import acting
from apps.auditlog.target import Target, TargetKind
from apps.web import stored_text
from apps.web.requests import UserRequest

from .. import access
from ..access import Answer
from ..display.job_page import JobPage
from ..jobs.submission import refuse
from ..jobs.targets import instance_target
from ..models import WatcherBeat
from ..rapi.errors import RapiError
from ..reads import job_lookup
from ..services import cancellation
from ..state import job_interest
from .responses import refusal, with_details


@require_safe
def job_detail(request: UserRequest, cluster_slug: str, job_id: int) -> HttpResponse:
    page = _visible_page(request, cluster_slug, job_id)
    context = {"page": page, "watcher_away": _watcher_is_away(page)}
    return render(request, "ganeti/job_detail.html", context)


@require_safe
def job_poll(request: UserRequest, cluster_slug: str, job_id: int) -> HttpResponse:
    """Return the changing part of the page; 204 if it shows this already."""
    page = _visible_page(request, cluster_slug, job_id)
    if request.GET.get("version") == page.version:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    context = {"page": page, "watcher_away": _watcher_is_away(page)}
    return render(request, "ganeti/_job_detail.html", context)


def _watcher_is_away(page: JobPage) -> bool:
    return page.unread and not WatcherBeat.is_alive()


@require_POST
def job_cancel(request: UserRequest, cluster_slug: str, job_id: int) -> HttpResponse:
    """Ask Ganeti to cancel a job, and show its response."""
    page = _visible_page(request, cluster_slug, job_id)
    verdict, target = page.cancel_verdict, _target_of(page)
    if verdict.answer is Answer.FORBIDDEN:
        exc = refuse(verdict, cancellation.ACTION, target, by=acting(request))
        return refusal(request, exc)
    if verdict.allowed:
        _cancel(request, page, target)
    else:
        messages.warning(request, str(verdict.reason))
    return redirect("ganeti:job-detail", cluster_slug, job_id)


def _cancel(request: UserRequest, page: JobPage, target: Target) -> None:
    try:
        response = cancellation.cancel(
            page.cluster, page.id, target, page.ours, by=acting(request)
        )
    except RapiError as exc:
        text = _("The job wasn't cancelled because the cluster didn't accept that.")
        messages.error(request, with_details(text, stored_text.translate(str(exc))))
        return
    if response.accepted is None:
        messages.info(request, _("Ganeti is cancelling the job, if it isn't too late."))
    elif response.accepted:
        text = _("The job is being cancelled.")
        messages.success(request, with_details(text, response.message))
    else:
        text = str(access.TOO_LATE.reason)
        messages.warning(request, with_details(text, response.message))


def _target_of(page: JobPage) -> Target:
    """Return what the audit log records the cancellation about."""
    if page.ours:
        return page.ours.target
    for instance in page.known.instances[:1]:
        return instance_target(instance)
    slug = page.cluster.slug
    return Target(TargetKind.CLUSTER, slug, slug)


def _visible_page(request: UserRequest, slug: str, job_id: int) -> JobPage:
    """Return the page of a job that the person may see; raises Http404.

    For others, a job that doesn't exist is like one that isn't theirs.
    """
    known_job = job_lookup.find(person_of(request), slug, job_id)
    if known_job is None:
        raise Http404(_("This job doesn't exist, or you don't have access to it."))
    job_interest.record_job_viewer(known_job.cluster, job_id)
    return JobPage(known_job)
