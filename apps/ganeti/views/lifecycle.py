"""Request to reinstall, rename or destroy an instance."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from apps.auditlog.actor import acting
from apps.web.requests import UserRequest

from ..forms.lifecycle import FORMS, DestroyForm
from ..models.action_request import RequestedAction
from ..services import confirmation, lifecycle
from .lookup import RequestedInstance, instance_to_change, visible_instance
from .responses import handle_refusals, request_or_submit

form_methods = require_http_methods(["GET", "HEAD", "POST"])


@form_methods
@handle_refusals
def instance_reinstall(
    request: UserRequest, cluster_slug: str, name: str
) -> HttpResponse:
    return _request_action(request, cluster_slug, name, RequestedAction.REINSTALL)


@form_methods
@handle_refusals
def instance_rename(request: UserRequest, cluster_slug: str, name: str) -> HttpResponse:
    return _request_action(request, cluster_slug, name, RequestedAction.RENAME)


@form_methods
@handle_refusals
def instance_destroy(
    request: UserRequest, cluster_slug: str, name: str
) -> HttpResponse:
    return _request_action(request, cluster_slug, name, RequestedAction.DESTROY)


def _request_action(
    request: UserRequest, slug: str, name: str, action: RequestedAction
) -> HttpResponse:
    if request.method == "POST":
        kind = lifecycle.kind_of(action)
        requested = instance_to_change(request, slug, name, kind)
        form = FORMS[action](request.POST, instance=requested.instance)
        if not form.is_valid():
            return _page(request, requested, form)
        return request_or_submit(request, requested, form.spec())
    requested = visible_instance(request, slug, name)
    verdict = lifecycle.may_request(action, requested.instance, requested.inventory)
    if not verdict.allowed:
        raise PermissionDenied(str(verdict.reason))
    return _page(request, requested, FORMS[action](instance=requested.instance))


def _page(
    request: UserRequest, requested: RequestedInstance, form: DestroyForm
) -> HttpResponse:
    """Return the page that lists what will be lost."""
    machine = requested.page()
    verdict = lifecycle.verdict_for(
        form.action, requested.instance, requested.inventory, machine.busy
    )
    context = {
        "form": form,
        "machine": machine,
        "action": form.action.value,
        "restarts": lifecycle.is_restarted(requested.instance),
        "why_not": verdict.reason,
        "at_once": confirmation.may_skip_mail(acting(request)),
    }
    status = 400 if form.errors else 200
    return render(request, "ganeti/instance_fatal.html", context, status=status)
