"""A user's own notifications."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from apps.web.lists import number
from apps.web.requests import UserRequest

from .. import inbox, zones
from ..forms import TimeZoneForm
from ..models import FALLBACK, Delivery
from ..text import Message, message_for, reader_of_delivery
from .lookup import HIDDEN

PAGE_SIZE = 20


@require_safe
def inbox_list(request: UserRequest) -> HttpResponse:
    paginator = Paginator(inbox.of(request.user), PAGE_SIZE)
    page = paginator.get_page(number(request.GET.get("page", ""), 1))
    zone = zones.of(request.user)
    context: dict[str, Any] = {
        "page": page,
        "rows": [(delivery, _message(delivery, zone)) for delivery in page],
        "unread": inbox.count_unread(request.user),
        "zone": zone or settings.TIME_ZONE,
    }
    return render(request, "notifications/inbox.html", context)


@require_safe
def message(request: UserRequest, pk: int) -> HttpResponse:
    delivery = _own(request, pk)
    shown = _message(delivery, zones.of(request.user))
    context = {"delivery": delivery, "message": shown}
    return render(request, "notifications/message.html", context)


@require_POST
def read(request: UserRequest, pk: int) -> HttpResponse:
    """Mark a notification as read."""
    inbox.mark_read(request.user, _own(request, pk).notification_id)
    return redirect("notifications:inbox")


@require_POST
def read_all(request: UserRequest) -> HttpResponse:
    """Mark all of the user's notifications as read."""
    inbox.mark_read(request.user)
    return redirect("notifications:inbox")


@require_http_methods(["GET", "HEAD", "POST"])
def set_zone(request: UserRequest) -> HttpResponse:
    """Choose the time zone in which the user reads times of maintenance."""
    if request.method != "POST":
        form = TimeZoneForm(initial={"zone": zones.of(request.user)})
        return render(request, "notifications/zone.html", {"form": form})
    form = TimeZoneForm(request.POST)
    if not form.is_valid():
        context, status = {"form": form}, HTTPStatus.BAD_REQUEST
        return render(request, "notifications/zone.html", context, status=status)
    zones.choose(request.user, form.cleaned_data["zone"])
    messages.success(request, _("Your time zone was saved."))
    return redirect("notifications:inbox")


def _own(request: UserRequest, pk: int) -> Delivery:
    """Return a notification as it was sent to the user; raises Http404."""
    delivery = inbox.of(request.user).filter(notification=pk).first()
    if delivery is None:
        raise Http404(HIDDEN)
    return delivery


def _message(delivery: Delivery, zone: str) -> Message:
    """Return the text in the language of the page, with times in a zone."""
    reader = reader_of_delivery(delivery, get_language() or FALLBACK)
    return message_for(delivery.notification, replace(reader, zone=zone))
