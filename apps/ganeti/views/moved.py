"""Machines that are no longer where they were: renamed, or destroyed through us."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.person import person_of
from apps.auditlog.models import AuditEntry
from apps.auditlog.target import TargetKind
from apps.web.requests import UserRequest

from .. import access
from ..display import instance_page
from ..domain.instance import Instance
from ..domain.job import JobStatus
from ..models import Job
from .instance import row
from .lookup import visible_instance

View = Callable[[UserRequest, str, str], HttpResponse]
_TAKES_AWAY = (Job.Kind.RENAME, Job.Kind.DESTROY)
_NOTHING_CAME = (
    JobStatus.ERROR,
    JobStatus.CANCELED,
    JobStatus.REFUSED,
    JobStatus.NOT_SUBMITTED,
)


def follow_renamed(view: View) -> View:
    """Lead from a machine's old name to its new one; say it if it was destroyed.

    To those alone who may see the machine, or have had to do with it: to anybody else
    there is no such machine, as before.
    """

    @wraps(view)
    def answer(request: UserRequest, cluster_slug: str, name: str) -> HttpResponse:
        try:
            return view(request, cluster_slug, name)
        except Http404:
            job = _what_took_it(cluster_slug, name)
            found = _answer(request, job) if job else None
            if found is None:
                raise
            return found

    return answer


def _what_took_it(slug: str, name: str) -> Job | None:
    jobs = Job.objects.filter(
        cluster__slug=slug,
        cluster__disabled=False,
        target_kind=TargetKind.INSTANCE,
        target_name=name,
        kind__in=_TAKES_AWAY,
    ).exclude(status__in=_NOTHING_CAME)
    return jobs.select_related("cluster", "user").first()


def _answer(request: UserRequest, job: Job) -> HttpResponse | None:
    person = person_of(request)
    now = instance_page.by_uuid(person, job.cluster, job.target_id)
    if now is not None and now.name != job.target_name:
        return _elsewhere(request, job, now)
    if job.kind != Job.Kind.DESTROY or not _knew_it(request, job):
        return None
    if request.htmx:
        return _destroyed_row(request, job)
    page = {"job": job}
    return render(request, "ganeti/instance_gone.html", page, status=HTTPStatus.GONE)


def _elsewhere(request: UserRequest, job: Job, now: Instance) -> HttpResponse:
    """Lead a page to where the machine is now; a row turns into its new one.

    What waits for the end goes on waiting until it is handled: then the step after it
    is there to be waited for at the new address.
    """
    address = instance_page.address(now)
    if not request.htmx:
        return redirect(address)
    if job.handled_at is None:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    if request.GET.get("as") != "page":
        return row(request, visible_instance(request, now.cluster, now.name))
    text = _("The machine is now called %(name)s.") % {"name": now.name}
    messages.success(request, text)
    return HttpResponse(headers={"HX-Redirect": address})


def _knew_it(request: UserRequest, job: Job) -> bool:
    """Tell whether somebody is staff, or has done something to the machine."""
    if access.may_see_clusters(person_of(request)) or job.user_id == request.user.pk:
        return True
    if not job.target_id:
        return False
    theirs = AuditEntry.objects.filter(user=request.user, refused=False)
    return theirs.about({TargetKind.INSTANCE: [job.target_id]}).exists()


def _destroyed_row(request: UserRequest, job: Job) -> HttpResponse:
    """Answer a page or a row that waits for the end of the job."""
    if job.unfinished:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    text = _("%(name)s was destroyed.") % {"name": job.target_name}
    messages.success(request, text)
    if request.GET.get("as") == "page":
        # There is nothing left to show.
        return HttpResponse(headers={"HX-Redirect": reverse("ganeti:instance-list")})
    nothing = {"drawn": "", "oob": True}
    return render(request, "ganeti/_instance_answer.html", nothing)
