"""Confirm what was asked for, take it back, and see what others have asked for."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from apps.accounts.person import person_of
from apps.auditlog.actor import acting
from apps.web.requests import UserRequest

from .. import access
from ..display import instance_page
from ..domain.instance import Instance
from ..jobs.submission import ActionRefused, NotNow
from ..models.action_request import ActionRequest
from ..rapi.errors import RapiError
from ..services import confirmation, lifecycle
from ..services.confirmation import NotTheirs, RequestVoid, Void
from .lookup import RequestedInstance, back_to_list, visible_instance
from .responses import not_submitted, refusal, report

# Enough for any week; what is older expires.
MOST_LISTED = 500


@never_cache
@sensitive_variables("key")
@require_http_methods(["GET", "HEAD", "POST"])
def request_confirm(request: UserRequest, key: str, action: str) -> HttpResponse:
    """Say what the link in a mail does; a POST does it."""
    posted = request.method == "POST"
    try:
        asked = confirmation.find(key, action, request.user)
        if posted:
            return _confirmed(request, asked)
        return _page(request, asked, confirmation.machine_of(asked))
    except NotTheirs:
        if posted:
            confirmation.record_foreign_use(key, action, by=acting(request))
        return render(request, "ganeti/request_unknown.html", status=404)
    except RequestVoid as exc:
        return _void(request, asked, exc.why)


def _page(
    request: UserRequest, asked: ActionRequest, instance: Instance
) -> HttpResponse:
    requested = _still_visible(request, asked, instance)
    machine = requested.page()
    wish = confirmation.wish_of(asked)
    verdict = lifecycle.offer(wish.action, instance, requested.inventory, machine.busy)
    context = {
        "asked": asked,
        "machine": machine,
        "action": asked.action,
        "image": confirmation.image_name(asked),
        "owner": wish.owner,
        "restarts": lifecycle.is_to_run(instance),
        "why_not": verdict.reason,
    }
    return render(request, "ganeti/request_confirm.html", context)


def _still_visible(
    request: UserRequest, asked: ActionRequest, instance: Instance
) -> RequestedInstance:
    """Return the instance; raises PermissionDenied if it is not theirs any more."""
    try:
        return visible_instance(request, asked.cluster.slug, instance.name)
    except Http404 as exc:
        raise PermissionDenied(_("You no longer own this machine.")) from exc


def _void(request: UserRequest, asked: ActionRequest, why: Void) -> HttpResponse:
    """Say why the link does nothing any more, and what can be done instead."""
    away = why is Void.NOT_KNOWN
    status = HTTPStatus.SERVICE_UNAVAILABLE if away else HTTPStatus.GONE
    now = instance_page.by_uuid(person_of(request), asked.cluster, asked.instance_uuid)
    context = {
        "asked": asked,
        "why": why.name,
        "now": now,
        "address": instance_page.address(now) if now else "",
        "doable": confirmation.url_name(asked),
    }
    return render(request, "ganeti/request_void.html", context, status=status)


def _confirmed(request: UserRequest, asked: ActionRequest) -> HttpResponse:
    try:
        job = confirmation.confirm(asked, by=acting(request))
    except ActionRefused as exc:
        return refusal(request, exc)
    except NotNow as exc:
        messages.warning(request, f"{exc} {_again()}")
    except RapiError as exc:
        messages.error(request, not_submitted(asked.instance, exc))
    else:
        requested = visible_instance(request, asked.cluster.slug, asked.instance)
        report(request, requested, job)
        return redirect(instance_page.address(requested.instance))
    return redirect(request.path)


def _again() -> str:
    return _("Nothing was done. The link is still valid; try again later.")


@require_POST
def request_cancel(request: UserRequest, request_pk: int) -> HttpResponse:
    asked = ActionRequest.objects.select_related("cluster", "user").filter(
        pk=request_pk
    )
    found = asked.first()
    person = person_of(request)
    if found is None or not access.may_cancel(person, found.user.username):
        raise Http404(_("This request doesn't exist, or you don't have access to it."))
    if confirmation.cancel(found, by=acting(request)):
        messages.success(
            request, _("The request was cancelled. Its link no longer works.")
        )
    else:
        messages.warning(request, _("The request was no longer pending."))
    return redirect(back_to_list(request))


@require_safe
def request_list(request: UserRequest) -> HttpResponse:
    """Show the staff what waits to be confirmed."""
    person = person_of(request)
    if not access.may_see_requests(person):
        raise PermissionDenied
    pending = ActionRequest.objects.pending().select_related("user", "cluster")
    listed = [
        instance_page.PendingRequest(asked, person) for asked in pending[:MOST_LISTED]
    ]
    return render(request, "ganeti/request_list.html", {"requests": listed})
