"""Owners of an instance: list, add and remove them."""

from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.person import person_of
from apps.auditlog.actor import acting
from apps.web.requests import UserRequest

from .. import access
from ..display import instance_page, instance_rows
from ..domain import tags
from ..forms.owners import AddOwnerForm, RemoveOwnerForm
from ..models import Job
from ..models.action_request import RequestedAction
from ..services import availability, confirmation, owners
from ..services.lifecycle import ActionSpec
from ..services.owners import Owner
from .lookup import RequestedInstance, instance_to_change, visible_instance
from .responses import handle_refusals, request_or_submit, submit_and_report

MIN_LETTERS = 2
MAX_RESULTS = 20


@require_http_methods(["GET", "HEAD", "POST"])
@handle_refusals
def instance_owners(request: UserRequest, cluster_slug: str, name: str) -> HttpResponse:
    if request.method != "POST":
        requested = visible_instance(request, cluster_slug, name)
        if request.htmx:
            page = _search(request, requested)
            return render(request, "ganeti/_owner_search.html", page)
        return _page(request, requested)
    requested = instance_to_change(request, cluster_slug, name, Job.Kind.OWNERS)
    if "owner" in request.POST:
        return _remove(request, requested)
    return _add(request, requested)


def _add(request: UserRequest, requested: RequestedInstance) -> HttpResponse:
    form = AddOwnerForm(requested.instance, request.POST)
    if not form.is_valid():
        return _page(request, requested, HTTPStatus.BAD_REQUEST, form=form)
    by = acting(request)
    if not submit_and_report(
        request,
        requested,
        lambda: owners.add(requested.cluster, requested.instance, form.owner, by=by),
    ):
        return _page(request, requested, HTTPStatus.CONFLICT, form=form)
    return redirect(instance_page.address(requested.instance))


def _remove(request: UserRequest, requested: RequestedInstance) -> HttpResponse:
    """Show the consequences of removing an owner; once confirmed, mail the link."""
    form = RemoveOwnerForm(request.POST)
    if not form.is_valid():
        return _page(request, requested, HTTPStatus.BAD_REQUEST, removal=form)
    owner, by = form.cleaned_data["owner"], acting(request)
    consequences = owners.check_removal(
        requested.cluster, requested.instance, owner, by=by
    )
    if not form.cleaned_data["confirmed"]:
        page = {
            "machine": requested.page(),
            "owner": owner,
            "consequences": consequences,
            "address": _address(requested),
            "at_once": confirmation.may_skip_mail(by),
        }
        return render(request, "ganeti/instance_owner_confirm.html", page)
    spec = ActionSpec(RequestedAction.REMOVE_OWNER, owner=owner)
    return request_or_submit(request, requested, spec)


def _address(requested: RequestedInstance) -> str:
    args = (requested.instance.cluster, requested.instance.name)
    return reverse("ganeti:instance-owners", args=args)


def _page(
    request: UserRequest,
    requested: RequestedInstance,
    status: int = HTTPStatus.OK,
    **forms: Any,
) -> HttpResponse:
    page = _search(request, requested) | {
        "form": AddOwnerForm(requested.instance),
        "lines": _lines(requested),
        "staff": access.may_see_clusters(person_of(request)),
        **forms,
    }
    return render(request, "ganeti/instance_owners.html", page, status=status)


def _lines(
    requested: RequestedInstance,
) -> list[tuple[instance_rows.OwnerLink, Owner, bool]]:
    """Return the owners as shown and as sent, and whether the person may take each."""
    shown = instance_rows.owners(
        requested.instance, instance_rows.known_owners([requested.instance])
    )
    known = [owner for owner in shown if owner.known]
    may_leave_nobody = access.may_leave_nobody(requested.inventory.person)
    return [
        (
            owner,
            Owner(tags.GROUP if owner.group else tags.USER, owner.name),
            may_leave_nobody or any(other is not owner for other in known),
        )
        for owner in shown
    ]


def _search(request: UserRequest, requested: RequestedInstance) -> dict[str, Any]:
    """Return the context of the search, which is for staff only."""
    machine = requested.page()
    verdict = availability.verdict_for(
        Job.Kind.OWNERS, requested.instance, requested.inventory, machine.busy
    )
    searches = access.may_search_people(person_of(request)) and verdict.allowed
    text = " ".join(request.GET.get("q", "").split())[:100] if searches else ""
    return {
        "machine": machine,
        "verdict": verdict,
        "address": _address(requested),
        "searches": searches,
        "search_text": text,
        "least": MIN_LETTERS,
        "people": _people(text, requested) if len(text) >= MIN_LETTERS else [],
    }


def _people(text: str, requested: RequestedInstance) -> list[Owner]:
    """Return users and groups whose names hold the text, but no owners."""
    text = text.replace("\x00", "")
    users = User.objects.filter(is_active=True, username__icontains=text)
    groups = Group.objects.filter(name__icontains=text)
    matching = [
        *(Owner(tags.USER, name) for name in _names(users.order_by("username"))),
        *(Owner(tags.GROUP, name) for name in _names(groups.order_by("name"))),
    ]
    current = set(owners.of(requested.instance))
    return [owner for owner in matching if owner not in current]


def _names(rows: Any) -> list[str]:
    field = "username" if rows.model is User else "name"
    return list(rows.values_list(field, flat=True)[:MAX_RESULTS])
