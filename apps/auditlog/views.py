"""The history: who did what, as far as one may see it."""

from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from apps.web.lists import Choices
from apps.web.requests import UserRequest, wants_fragment

from . import labels
from .list_query import Asked
from .models import AuditEntry
from .outcomes import Reach, Subject, registered
from .rows import read, recent

SIZE = 50


@require_safe
def history(request: UserRequest) -> HttpResponse:
    subject = registered()
    asked = Asked.read(request.GET, subject)
    part = wants_fragment(request)
    template = "auditlog/_history_list.html" if part else "auditlog/history.html"
    response = render(request, template, _context(request, asked, subject))
    patch_vary_headers(response, ["HX-Request"])
    if part:
        response["HX-Push-Url"] = request.path + _plain(asked.address(page=asked.page))
    return response


def _plain(address: str) -> str:
    return address.removesuffix("?")


def _context(request: UserRequest, asked: Asked, subject: Subject) -> dict[str, Any]:
    reach = subject.reach(request)
    visible = AuditEntry.objects.filter(_visible(request.user, reach))
    found = visible.filter(asked.condition(subject)).select_related(*subject.related)
    page = Paginator(found, SIZE).get_page(asked.page)
    entries = list(page) if page.paginator.count else []
    return {
        "asked": asked,
        "page": page,
        "lines": read(entries, request.user, reach),
        "previous": _turn(page, asked, -1),
        "following": _turn(page, asked, 1),
        "chips": list(asked.chips(subject)),
        "actions": labels.registered(),
        "outcomes": _outcome_labels(),
        "clusters": _clusters(visible) if entries or asked.filtered else (),
        "days": settings.AUDIT_ENTRIES_LAST_X_DAYS,
        "everything": reach.everything,
    }


@cache
def _outcome_labels() -> Choices:
    """Return what outcomes are called; registered once, when apps are ready."""
    outcomes = registered().outcomes
    return Choices({key: label for key, (label, _q) in outcomes.items()})


def _clusters(entries: "QuerySet[AuditEntry]") -> tuple[str, ...]:
    named = entries.exclude(cluster="").order_by("cluster")
    return tuple(named.values_list("cluster", flat=True).distinct())


def _visible(user: User, reach: Reach) -> Q:
    """Return which entries somebody may see."""
    seen = recent()
    if reach.everything:
        return seen
    theirs = Q(user=user) | Q(instance_uuid__in=reach.instances)
    return seen & theirs & Q(hidden=False)


def _turn(page: Page[AuditEntry], asked: Asked, by: int) -> str:
    """Return the address of the page before or after this one, if there is one."""
    there = page.has_next() if by > 0 else page.has_previous()
    return asked.address(page=page.number + by) if there else ""
