"""Write a notification: targets, text, options."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from apps.accounts.person import Person
from apps.web.requests import UserRequest, wants_fragment

from .. import drafts, search, targets, zones
from ..drafts import NoDraft
from ..forms import ComposeForm
from ..models import Notification
from ..targets import Target, TargetKind
from .lookup import any_notification, require_sender

EVERYBODY = Target(TargetKind.EVERYBODY)
# Buttons that change the targets, or look for more, instead of going on.
CHANGES = ("add", "remove", "find")


@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: UserRequest) -> HttpResponse:
    """Write a new notification; ``kind``, ``cluster`` and ``name`` choose a target."""
    person = require_sender(request)
    with zones.override(zones.of(request.user)):
        if request.method == "POST":
            return _post(request, person, None)
        target = _prefilled(request)
        form = ComposeForm(initial=drafts.maintenance_text(target))
        return _page(request, form, _targets(request, [target] if target else [], None))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: UserRequest, pk: int) -> HttpResponse:
    """Change a draft; what was sent is shown in the archive."""
    person = require_sender(request)
    draft = any_notification(pk)
    if draft.status != Notification.Status.DRAFT:
        return redirect("notifications:detail", pk)
    with zones.override(zones.of(request.user)):
        if request.method == "POST":
            return _post(request, person, draft)
        form = ComposeForm.of(draft)
        return _page(request, form, _targets(request, draft.target_list, draft))


def _prefilled(request: UserRequest) -> Target | None:
    kind, cluster = request.GET.get("kind", ""), request.GET.get("cluster", "")
    name = request.GET.get("name", "")
    if kind == TargetKind.CLUSTER:
        name, cluster = name or cluster, ""
    return Target.read(f"{kind}:{cluster}:{name}")


def _post(
    request: UserRequest, person: Person, draft: Notification | None
) -> HttpResponse:
    chosen = _chosen(request)
    if any(name in request.POST for name in CHANGES):
        context = _targets(request, chosen, draft)
        if wants_fragment(request):
            return render(request, "notifications/_targets.html", context)
        if "find" in request.POST:
            context |= _results(request, person)
        return _page(request, ComposeForm.as_typed(request.POST), context)
    form = ComposeForm(request.POST, targets=chosen)
    if not form.is_valid():
        context = _targets(request, chosen, draft)
        return _page(request, form, context, status=HTTPStatus.BAD_REQUEST)
    return _save(request, form, chosen, draft)


def _save(
    request: UserRequest,
    form: ComposeForm,
    chosen: list[Target],
    draft: Notification | None,
) -> HttpResponse:
    if draft is None:
        draft = drafts.create(request.user, chosen, form.cleaned_data)
        return redirect("notifications:review", draft.pk)
    try:
        drafts.change(draft, chosen, form.cleaned_data)
    except NoDraft:
        messages.warning(
            request, _("Nothing was saved: the notification is no longer a draft.")
        )
    return redirect("notifications:review", draft.pk)


def _chosen(request: UserRequest) -> list[Target]:
    """Return the posted targets, with the one added and without the one removed."""
    post = request.POST
    texts = [*post.getlist("target"), post.get("add", "")]
    removed = post.get("remove", "")
    return targets.read_all(text for text in texts if text and text != removed)


def _targets(
    request: UserRequest, chosen: list[Target], draft: Notification | None
) -> dict[str, Any]:
    """Return the context of the chosen targets."""
    address = (
        reverse("notifications:edit", args=[draft.pk])
        if draft
        else reverse("notifications:compose")
    )
    return {
        "targets": chosen,
        "draft": draft,
        "address": address,
        "everybody": EVERYBODY,
        "fragment": wants_fragment(request),
    }


def _results(request: UserRequest, person: Person) -> dict[str, Any]:
    """Return the context of the targets found."""
    values = request.POST if request.method == "POST" else request.GET
    sought = search.cleaned(values.get("q", ""))
    return {
        "results": search.find(sought, person),
        "sought": sought,
        "least": search.MIN_LETTERS,
    }


def _page(
    request: UserRequest,
    form: ComposeForm,
    context: dict[str, Any],
    *,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = {**context, "form": form}
    return render(request, "notifications/compose.html", context, status=status)


@require_safe
def find_targets(request: UserRequest) -> HttpResponse:
    """Return the targets found, as one types."""
    person = require_sender(request)
    return render(request, "notifications/_results.html", _results(request, person))


@require_POST
def delete(request: UserRequest, pk: int) -> HttpResponse:
    require_sender(request)
    try:
        drafts.delete(any_notification(pk))
    except NoDraft:
        messages.warning(request, _("Only drafts can be deleted."))
    else:
        messages.success(request, _("The draft was deleted."))
    return redirect("notifications:archive")
