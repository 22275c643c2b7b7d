"""Pages of instances that were renamed, or destroyed by a job of ours."""

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
_REMOVING_KINDS = (Job.Kind.RENAME, Job.Kind.DESTROY)
_WITHOUT_EFFECT = (
    JobStatus.ERROR,
    JobStatus.CANCELED,
    JobStatus.REFUSED,
    JobStatus.NOT_SUBMITTED,
)


def follow_renamed(view: View) -> View:
    """Redirect from an instance's old name to its new one; answer 410 if destroyed.

    Only for users who may see the instance or had access to it; anybody else gets
    404, as before.
    """

    @wraps(view)
    def wrapped(request: UserRequest, cluster_slug: str, name: str) -> HttpResponse:
        try:
            return view(request, cluster_slug, name)
        except Http404:
            job = _removing_job(cluster_slug, name)
            response = _follow(request, job) if job else None
            if response is None:
                raise
            return response

    return wrapped


def _removing_job(slug: str, name: str) -> Job | None:
    jobs = Job.objects.filter(
        cluster__slug=slug,
        cluster__disabled=False,
        target_kind=TargetKind.INSTANCE,
        target_name=name,
        kind__in=_REMOVING_KINDS,
    ).exclude(status__in=_WITHOUT_EFFECT)
    return jobs.select_related("cluster", "user").first()


def _follow(request: UserRequest, job: Job) -> HttpResponse | None:
    person = person_of(request)
    instance = instance_page.by_uuid(person, job.cluster, job.target_id)
    if instance is not None and instance.name != job.target_name:
        return _renamed(request, job, instance)
    if job.kind != Job.Kind.DESTROY or not _had_access(request, job):
        return None
    if request.htmx:
        return _destroyed_row(request, job)
    page = {"job": job}
    return render(request, "ganeti/instance_gone.html", page, status=HTTPStatus.GONE)


def _renamed(request: UserRequest, job: Job, instance: Instance) -> HttpResponse:
    """Redirect a page to the new name; replace a row by the one of the new name.

    Polls for the end of the job go on until it is handled: then the step after it can
    be polled at the new address.
    """
    address = instance_page.address(instance)
    if not request.htmx:
        return redirect(address)
    if job.handled_at is None:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    if request.GET.get("as") != "page":
        return row(request, visible_instance(request, instance.cluster, instance.name))
    text = _("The machine is now called %(name)s.") % {"name": instance.name}
    messages.success(request, text)
    return HttpResponse(headers={"HX-Redirect": address})


def _had_access(request: UserRequest, job: Job) -> bool:
    """Tell whether the user is staff, or has an action on the instance on record."""
    if access.may_see_clusters(person_of(request)) or job.user_id == request.user.pk:
        return True
    if not job.target_id:
        return False
    entries = AuditEntry.objects.filter(user=request.user, refused=False)
    return entries.about({TargetKind.INSTANCE: [job.target_id]}).exists()


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
