"""Configuration of an instance: a form of its hypervisor's parameters."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.auditlog.actor import acting
from apps.web.requests import UserRequest

from ..display import instance_page
from ..forms.configuration import ConfigurationForm
from ..models import Job
from ..services import availability, configuration
from .lookup import RequestedInstance, instance_to_change, visible_instance
from .responses import handle_refusals, submit_and_report


@require_http_methods(["GET", "HEAD", "POST"])
@handle_refusals
def instance_configure(
    request: UserRequest, cluster_slug: str, name: str
) -> HttpResponse:
    if request.method != "POST":
        requested = visible_instance(request, cluster_slug, name)
        return _page(request, requested, ConfigurationForm(requested.instance))
    # Before the form is validated, which asks a foreign host.
    requested = instance_to_change(request, cluster_slug, name, Job.Kind.CONFIGURE)
    by = acting(request)
    form = ConfigurationForm(
        requested.instance, request.POST, account=by.user.get_username()
    )
    if not form.is_valid():
        return _page(request, requested, form, HTTPStatus.BAD_REQUEST)
    settings = form.cleaned_data
    if not submit_and_report(
        request,
        requested,
        lambda: configuration.change(
            requested.cluster, requested.instance, settings, by=by
        ),
    ):
        return _page(request, requested, form, HTTPStatus.CONFLICT)
    return redirect(instance_page.address(requested.instance))


def _page(
    request: UserRequest,
    requested: RequestedInstance,
    form: ConfigurationForm,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    machine = requested.page()
    verdict = availability.verdict_for(
        Job.Kind.CONFIGURE, requested.instance, requested.inventory, machine.busy
    )
    page = {"machine": machine, "form": form, "verdict": verdict}
    return render(request, "ganeti/instance_configure.html", page, status=status)
