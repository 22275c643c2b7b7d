"""Lock a machine, cut it off from the network, say who still reaches it."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.auditlog.actor import acting
from apps.web.requests import UserRequest

from ..display import instance_page
from ..forms.restrictions import SwitchForm, WhitelistForm
from ..models import Job
from ..services import availability, restrictions
from .lookup import Found, find, target
from .responses import handle_refusals, submit_and_report

Kind = Job.Kind


@require_POST
@handle_refusals
def instance_lock(request: UserRequest, cluster_slug: str, name: str) -> HttpResponse:
    return _switch(request, target(request, cluster_slug, name), Kind.LOCK, Kind.UNLOCK)


@require_POST
@handle_refusals
def instance_isolate(
    request: UserRequest, cluster_slug: str, name: str
) -> HttpResponse:
    found = target(request, cluster_slug, name)
    return _switch(request, found, Kind.ISOLATE, Kind.REJOIN)


def _switch(
    request: UserRequest, found: Found, on: Job.Kind, off: Job.Kind
) -> HttpResponse:
    form = SwitchForm(request.POST)
    said = form.is_valid()
    kind = off if said and form.cleaned_data["wanted"] == "off" else on
    availability.check(kind, found.cluster, found.instance, acting(request))
    if not said:
        messages.error(request, _("Nothing was done: it was not said what to do."))
        return redirect(instance_page.address(found.instance))
    submit_and_report(
        request,
        found,
        lambda: restrictions.mark(
            kind, found.cluster, found.instance, by=acting(request)
        ),
        notice=_when(found) if on is Kind.ISOLATE else "",
    )
    return redirect(instance_page.address(found.instance))


def _when(found: Found) -> str:
    """Say that a change waits for a start, where no move follows."""
    if restrictions.moves(found.instance):
        return ""
    return _("It takes effect when the machine starts next.")


@require_http_methods(["GET", "HEAD", "POST"])
@handle_refusals
def instance_whitelist(
    request: UserRequest, cluster_slug: str, name: str
) -> HttpResponse:
    if request.method != "POST":
        found = find(request, cluster_slug, name)
        return _page(request, found, WhitelistForm(found.instance))
    found = target(request, cluster_slug, name)
    by = acting(request)
    availability.check(Kind.WHITELIST, found.cluster, found.instance, by)
    form = WhitelistForm(found.instance, request.POST)
    if not form.is_valid():
        return _page(request, found, form, HTTPStatus.BAD_REQUEST)
    subnet = form.cleaned_data["subnet"]
    if not submit_and_report(
        request,
        found,
        lambda: restrictions.whitelist(found.cluster, found.instance, subnet, by=by),
        notice=_when(found),
    ):
        return _page(request, found, form, HTTPStatus.CONFLICT)
    return redirect(instance_page.address(found.instance))


def _page(
    request: UserRequest, found: Found, form: WhitelistForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    machine = instance_page.Machine(found.instance, found.inventory, found.newest_job())
    verdict = availability.offer(
        Kind.WHITELIST, found.instance, found.inventory, machine.busy
    )
    moves = bool(restrictions.moves(found.instance))
    page = {"machine": machine, "form": form, "verdict": verdict, "moves": moves}
    return render(request, "ganeti/instance_whitelist.html", page, status=status)
