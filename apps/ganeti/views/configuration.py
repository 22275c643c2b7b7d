"""How a machine is run: a form of what its hypervisor knows."""

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
from .lookup import Found, find, target
from .responses import handle_refusals, submit_and_report


@require_http_methods(["GET", "HEAD", "POST"])
@handle_refusals
def instance_configure(
    request: UserRequest, cluster_slug: str, name: str
) -> HttpResponse:
    if request.method != "POST":
        found = find(request, cluster_slug, name)
        return _page(request, found, ConfigurationForm(found.instance))
    found = target(request, cluster_slug, name)
    by = acting(request)
    # First of all: the form asks a foreign host, for those only who may.
    availability.check(Job.Kind.CONFIGURE, found.cluster, found.instance, by)
    form = ConfigurationForm(
        found.instance, request.POST, account=by.user.get_username()
    )
    if not form.is_valid():
        return _page(request, found, form, HTTPStatus.BAD_REQUEST)
    wanted = form.cleaned_data
    if not submit_and_report(
        request,
        found,
        lambda: configuration.change(found.cluster, found.instance, wanted, by=by),
    ):
        return _page(request, found, form, HTTPStatus.CONFLICT)
    return redirect(instance_page.address(found.instance))


def _page(
    request: UserRequest,
    found: Found,
    form: ConfigurationForm,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    machine = instance_page.Machine(found.instance, found.inventory, found.newest_job())
    verdict = availability.offer(
        Job.Kind.CONFIGURE, found.instance, found.inventory, machine.busy
    )
    page = {"machine": machine, "form": form, "verdict": verdict}
    return render(request, "ganeti/instance_configure.html", page, status=status)
