"""Ask for a machine to be reinstalled, renamed or destroyed."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.auditlog.actor import acting
from apps.web.requests import UserRequest

from ..display import instance_page
from ..forms.lifecycle import FORMS, DestroyForm
from ..jobs.submission import ActionRefused, NotNow
from ..models.action_request import RequestedAction
from ..rapi.errors import RapiError
from ..services import availability, confirmation, lifecycle
from .lookup import Found, find, target
from .power import not_asked, refusal
from .responses import ask_or_do

asking = require_http_methods(["GET", "HEAD", "POST"])


@asking
def instance_reinstall(
    request: UserRequest, cluster_slug: str, name: str
) -> HttpResponse:
    return _ask(request, cluster_slug, name, RequestedAction.REINSTALL)


@asking
def instance_rename(request: UserRequest, cluster_slug: str, name: str) -> HttpResponse:
    return _ask(request, cluster_slug, name, RequestedAction.RENAME)


@asking
def instance_destroy(
    request: UserRequest, cluster_slug: str, name: str
) -> HttpResponse:
    return _ask(request, cluster_slug, name, RequestedAction.DESTROY)


def _ask(
    request: UserRequest, slug: str, name: str, action: RequestedAction
) -> HttpResponse:
    if request.method == "POST":
        return _asked(request, target(request, slug, name), action)
    found = find(request, slug, name)
    verdict = lifecycle.may_be_asked(action, found.instance, found.inventory)
    if not verdict.allowed:
        raise PermissionDenied(str(verdict.reason))
    return _page(request, found, FORMS[action](instance=found.instance))


def _page(request: UserRequest, found: Found, form: DestroyForm) -> HttpResponse:
    """Return the page that spells out what will be lost."""
    machine = instance_page.Machine(found.instance, found.inventory, found.newest_job())
    verdict = lifecycle.offer(
        form.action, found.instance, found.inventory, machine.busy
    )
    context = {
        "form": form,
        "machine": machine,
        "action": form.action.value,
        "restarts": lifecycle.is_to_run(found.instance),
        "why_not": verdict.reason,
        "at_once": confirmation.may_skip_mail(acting(request)),
    }
    status = 400 if form.errors else 200
    return render(request, "ganeti/instance_fatal.html", context, status=status)


def _asked(request: UserRequest, found: Found, action: RequestedAction) -> HttpResponse:
    by = acting(request)
    try:
        availability.check(
            lifecycle.Wish(action).kind, found.cluster, found.instance, by
        )
        form = FORMS[action](request.POST, instance=found.instance)
        if not form.is_valid():
            return _page(request, found, form)
        return ask_or_do(request, found, form.wish())
    except ActionRefused as exc:
        return refusal(request, exc)
    except NotNow as exc:
        messages.warning(request, str(exc))
    except RapiError as exc:
        messages.error(request, not_asked(found, exc))
    return redirect(instance_page.address(found.instance))
