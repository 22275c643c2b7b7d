"""Lock and isolate an instance, and edit its whitelist."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.auditlog.actor import acting
from apps.web.requests import UserRequest

from ..display import instance_page
from ..domain.instance import Instance
from ..forms.restrictions import SwitchForm, WhitelistForm
from ..models import Job
from ..services import availability, restrictions
from .lookup import RequestedInstance, instance_to_change, visible_instance
from .responses import handle_refusals, report, submit_and_report

Kind = Job.Kind


@require_POST
@handle_refusals
def instance_lock(request: UserRequest, cluster_slug: str, name: str) -> HttpResponse:
    return _switch(request, cluster_slug, name, on=Kind.LOCK, off=Kind.UNLOCK)


@require_POST
@handle_refusals
def instance_isolate(
    request: UserRequest, cluster_slug: str, name: str
) -> HttpResponse:
    return _switch(request, cluster_slug, name, on=Kind.ISOLATE, off=Kind.REJOIN)


def _switch(
    request: UserRequest, cluster_slug: str, name: str, *, on: Job.Kind, off: Job.Kind
) -> HttpResponse:
    form = SwitchForm(request.POST)
    valid = form.is_valid()
    kind = off if valid and form.cleaned_data["wanted"] == "off" else on
    requested = instance_to_change(request, cluster_slug, name, kind)
    cluster, instance = requested.cluster, requested.instance
    if valid:
        notice = _delay_notice(instance) if on is Kind.ISOLATE else ""
        job = restrictions.mark(kind, cluster, instance, by=acting(request))
        report(request, requested, job, notice=notice)
    else:
        messages.error(request, _("Nothing was done: no action was chosen."))
    return redirect(instance_page.address(instance))


def _delay_notice(instance: Instance) -> str:
    """Return the notice that a change takes effect later; empty if it doesn't."""
    if restrictions.migration_steps(instance):
        return ""
    return _("The change takes effect the next time the machine starts.")


@require_http_methods(["GET", "HEAD", "POST"])
@handle_refusals
def instance_whitelist(
    request: UserRequest, cluster_slug: str, name: str
) -> HttpResponse:
    if request.method != "POST":
        requested = visible_instance(request, cluster_slug, name)
        return _page(request, requested, WhitelistForm(requested.instance))
    requested = instance_to_change(request, cluster_slug, name, Kind.WHITELIST)
    by = acting(request)
    form = WhitelistForm(requested.instance, request.POST)
    if not form.is_valid():
        return _page(request, requested, form, HTTPStatus.BAD_REQUEST)
    subnet = form.cleaned_data["subnet"]
    if not submit_and_report(
        request,
        requested,
        lambda: restrictions.whitelist(
            requested.cluster, requested.instance, subnet, by=by
        ),
        notice=_delay_notice(requested.instance),
    ):
        return _page(request, requested, form, HTTPStatus.CONFLICT)
    return redirect(instance_page.address(requested.instance))


def _page(
    request: UserRequest,
    requested: RequestedInstance,
    form: WhitelistForm,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    machine = requested.page()
    verdict = availability.verdict_for(
        Kind.WHITELIST, requested.instance, requested.inventory, machine.busy
    )
    moves = bool(restrictions.migration_steps(requested.instance))
    page = {"machine": machine, "form": form, "verdict": verdict, "moves": moves}
    return render(request, "ganeti/instance_whitelist.html", page, status=status)
