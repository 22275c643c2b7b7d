"""Confirm and cancel requests, and list those that are pending."""

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
from ..services.confirmation import InvalidReason, RequestInvalid, RequestNotFound
from .lookup import RequestedInstance, back_to_list, visible_instance
from .responses import not_submitted, refusal, report

# Requests expire within days, so there are never that many.
MAX_LISTED = 500


@never_cache
@sensitive_variables("key")
@require_http_methods(["GET", "HEAD", "POST"])
def request_confirm(request: UserRequest, key: str, action: str) -> HttpResponse:
    """Show what the link in a mail confirms; a POST confirms it."""
    posted = request.method == "POST"
    try:
        action_request = confirmation.get_request(key, action, request.user)
        if posted:
            return _confirm(request, action_request)
        return _page(
            request, action_request, confirmation.requested_instance(action_request)
        )
    except RequestNotFound:
        if posted:
            confirmation.record_foreign_use(key, action, by=acting(request))
        return render(request, "ganeti/request_unknown.html", status=404)
    except RequestInvalid as exc:
        return _void(request, action_request, exc.reason)


def _page(
    request: UserRequest, action_request: ActionRequest, instance: Instance
) -> HttpResponse:
    requested = _still_visible(request, action_request, instance)
    machine = requested.page()
    spec = confirmation.spec_of(action_request)
    verdict = lifecycle.verdict_for(
        spec.action, instance, requested.inventory, machine.busy
    )
    context = {
        "action_request": action_request,
        "machine": machine,
        "action": action_request.action,
        "image": confirmation.image_name(action_request),
        "owner": spec.owner,
        "restarts": lifecycle.is_restarted(instance),
        "why_not": verdict.reason,
    }
    return render(request, "ganeti/request_confirm.html", context)


def _still_visible(
    request: UserRequest, action_request: ActionRequest, instance: Instance
) -> RequestedInstance:
    """Return the instance; raises PermissionDenied if the user lost access to it."""
    try:
        return visible_instance(request, action_request.cluster.slug, instance.name)
    except Http404 as exc:
        raise PermissionDenied(_("You no longer own this machine.")) from exc


def _void(
    request: UserRequest, action_request: ActionRequest, why: InvalidReason
) -> HttpResponse:
    """Explain why the link has no effect, and offer what can be done instead."""
    away = why is InvalidReason.NOT_KNOWN
    status = HTTPStatus.SERVICE_UNAVAILABLE if away else HTTPStatus.GONE
    instance = instance_page.by_uuid(
        person_of(request), action_request.cluster, action_request.instance_uuid
    )
    context = {
        "action_request": action_request,
        "why": why.name,
        "instance": instance,
        "address": instance_page.address(instance) if instance else "",
        "form_url_name": confirmation.form_url_name(action_request),
    }
    return render(request, "ganeti/request_void.html", context, status=status)


def _confirm(request: UserRequest, action_request: ActionRequest) -> HttpResponse:
    try:
        job = confirmation.confirm(action_request, by=acting(request))
    except ActionRefused as exc:
        return refusal(request, exc)
    except NotNow as exc:
        messages.warning(request, f"{exc} {_try_again_hint()}")
    except RapiError as exc:
        messages.error(request, not_submitted(action_request.instance, exc))
    else:
        requested = visible_instance(
            request, action_request.cluster.slug, action_request.instance
        )
        report(request, requested, job)
        return redirect(instance_page.address(requested.instance))
    return redirect(request.path)


def _try_again_hint() -> str:
    return _("Nothing was done. The link is still valid; try again later.")


@require_POST
def request_cancel(request: UserRequest, request_pk: int) -> HttpResponse:
    requests = ActionRequest.objects.select_related("cluster", "user")
    action_request = requests.filter(pk=request_pk).first()
    person = person_of(request)
    if action_request is None or not access.may_cancel(
        person, action_request.user.username
    ):
        raise Http404(_("This request doesn't exist, or you don't have access to it."))
    if confirmation.cancel(action_request, by=acting(request)):
        messages.success(
            request, _("The request was cancelled. Its link no longer works.")
        )
    else:
        messages.warning(request, _("The request was no longer pending."))
    return redirect(back_to_list(request))


@require_safe
def request_list(request: UserRequest) -> HttpResponse:
    """List pending requests, for staff."""
    person = person_of(request)
    if not access.may_see_requests(person):
        raise PermissionDenied
    pending = ActionRequest.objects.pending().select_related("user", "cluster")
    requests = [
        instance_page.PendingRequest(listed, person) for listed in pending[:MAX_LISTED]
    ]
    return render(request, "ganeti/request_list.html", {"requests": requests})
