"""The archive of notifications: list, progress, sending again."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.person import person_of
from apps.auditlog.actor import acting
from apps.web.lists import page_links
from apps.web.requests import UserRequest, wants_fragment

from .. import access, drafts, listing, progress, recipients, sending, text, zones
from ..listing import ArchiveQuery
from ..models import FALLBACK, Delivery, Notification
from ..targets import from_stored
from ..text import Reader
from .lookup import any_notification, archived, require_reader, require_sender
from .review import ReviewQuery

PAGE_SIZE = 50
MAX_FAILURES = 50


@require_safe
def archive_list(request: UserRequest) -> HttpResponse:
    person = require_reader(request)
    query = ArchiveQuery.read(request.GET)
    fragment = wants_fragment(request)
    template = "_archive.html" if fragment else "archive.html"
    visible = listing.visible(drafts=access.may_send(person))
    page = listing.page(visible, query)
    context = {
        "query": query,
        "page": page,
        "rows": listing.rows(list(page)),
        "heads": listing.heads(query),
        "chips": list(query.chips()),
        "pages": page_links(page, lambda number: query.address(page=number)),
        "statuses": listing.STATUSES,
        "may_send": access.may_send(person),
    }
    response = render(request, f"notifications/{template}", context)
    patch_vary_headers(response, ["HX-Request"])
    if fragment:
        response["HX-Push-Url"] = request.path + query.address().removesuffix("?")
    return response


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """Show a notification; htmx polls its progress, and gets 204 if it is the same."""
    require_reader(request)
    notification = archived(pk)
    now = progress.of(notification)
    if wants_fragment(request) and "seen" in request.GET:
        if request.GET["seen"] == now.version:
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        context = _progress(request, notification) | {"progress": now}
        response = render(request, "notifications/_progress.html", context)
        response["HX-Trigger"] = "delivered"  # the list of recipients is read again
        return response
    context = {
        **_progress(request, notification),
        **_deliveries(request, notification),
        "progress": now,
        "texts": _texts(notification),
    }
    template = "_deliveries.html" if wants_fragment(request) else "detail.html"
    response = render(request, f"notifications/{template}", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _progress(request: UserRequest, notification: Notification) -> dict[str, Any]:
    failing = notification.deliveries.failing().select_related("mail")
    return {
        "notification": notification,
        "subject": notification.subject(get_language() or FALLBACK),
        "when": _when(request, notification),
        "failures": failing.order_by("username")[:MAX_FAILURES],
        "may_send": access.may_send(person_of(request)),
    }


def _when(request: UserRequest, notification: Notification) -> str:
    with zones.override(zones.of(request.user)):
        return text.window(notification)


def _deliveries(request: UserRequest, notification: Notification) -> dict[str, Any]:
    query = ReviewQuery.read(request.GET)
    deliveries = notification.deliveries.order_by("username")
    for word in query.q.split():
        deliveries = deliveries.filter(username__icontains=word)
    page = Paginator(deliveries.select_related("mail"), PAGE_SIZE).get_page(query.page)
    return {
        "query": query,
        "page": page,
        "pages": page_links(page, lambda number: query.address(page=number)),
        "rows": [(delivery, _reasons(delivery)) for delivery in page],
    }


def _reasons(delivery: Delivery) -> list[recipients.Reason]:
    """Return the reasons of a delivery that can be read."""
    return [
        recipients.Reason(target, row[-1])
        for row in delivery.reasons
        for target in from_stored([row[:-1]])
    ]


def _texts(notification: Notification) -> list[tuple[str, text.Message]]:
    """Return the text in each language that it is written in, with placeholders."""
    written = dict.fromkeys(map(notification.language_for, ("en", "el")))
    return [
        (
            language,
            text.message_for(
                notification, Reader("{{ user }}", ("{{ instances }}",), language)
            ),
        )
        for language in written
    ]


@require_POST
def retry(request: UserRequest, pk: int) -> HttpResponse:
    """Send the letters that failed again."""
    require_sender(request)
    retried = sending.retry(archived(pk), by=acting(request))
    if retried:
        message = ngettext(
            "%(n)d email will be sent again.",
            "%(n)d emails will be sent again.",
            retried,
        )
        messages.success(request, message % {"n": retried})
    else:
        messages.info(request, _("No email has failed."))
    return redirect("notifications:detail", pk)


@require_POST
def copy(request: UserRequest, pk: int) -> HttpResponse:
    """Create a draft from a notification."""
    require_sender(request)
    draft = drafts.copy(any_notification(pk), request.user)
    return redirect("notifications:edit", draft.pk)
