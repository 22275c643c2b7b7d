"""Start, shut down and reboot one machine."""

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from apps.auditlog.actor import acting
from apps.web.requests import UserRequest

from ..forms.power import RebootForm
from ..models import Job
from ..services import power
from .instance import page_of, shutdown_form
from .lookup import RequestedInstance, instance_to_change
from .responses import back_to_instance, handle_refusals, report

Kind = Job.Kind


@require_POST
@handle_refusals
def instance_startup(
    request: UserRequest, cluster_slug: str, name: str
) -> HttpResponse:
    requested = instance_to_change(request, cluster_slug, name, Kind.STARTUP)
    job = power.startup(requested.cluster, requested.instance, by=acting(request))
    report(request, requested, job)
    return back_to_instance(request, cluster_slug, name)


@require_POST
@handle_refusals
def instance_shutdown(
    request: UserRequest, cluster_slug: str, name: str
) -> HttpResponse:
    requested = instance_to_change(request, cluster_slug, name, Kind.SHUTDOWN)
    form = shutdown_form(requested, request.POST)
    if not form.is_valid():
        return _with_errors(request, requested, shutdown_form=form)
    job = power.shutdown(
        requested.cluster, requested.instance, by=acting(request), **form.options()
    )
    report(request, requested, job)
    return back_to_instance(request, cluster_slug, name)


@require_POST
@handle_refusals
def instance_reboot(request: UserRequest, cluster_slug: str, name: str) -> HttpResponse:
    requested = instance_to_change(request, cluster_slug, name, Kind.REBOOT)
    form = RebootForm({"kind": "hard", **request.POST.dict()})
    if not form.is_valid():
        return _with_errors(request, requested, reboot_form=form)
    job = power.reboot(
        requested.cluster, requested.instance, by=acting(request), **form.options()
    )
    report(request, requested, job)
    return back_to_instance(request, cluster_slug, name)


def _with_errors(
    request: UserRequest, requested: RequestedInstance, **forms: Form
) -> HttpResponse:
    """Return the page with a form that has errors."""
    page = page_of(request, requested, **forms)
    return render(request, "ganeti/instance_detail.html", page, status=400)
