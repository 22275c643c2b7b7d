"""The history: who did what, as far as one may see it."""

from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from apps.web.lists import Choices
from apps.web.requests import UserRequest, wants_fragment

from . import labels, outcomes
from .list_query import Asked
from .models import AuditEntry
from .rows import read, recent

SIZE = 50


class Filters(NamedTuple):
    """What the history may be filtered by, and what it is filtered by."""

    actions: Choices
    outcomes: Choices
    clusters: tuple[str, ...]
    action: str
    outcome: str
    cluster: str
    targets: tuple[str, ...]


@require_safe
def history(request: UserRequest) -> HttpResponse:
    asked = Asked.read(request.GET)
    part = wants_fragment(request)
    template = "auditlog/_history_list.html" if part else "auditlog/history.html"
    response = render(request, template, _context(request, asked))
    patch_vary_headers(response, ["HX-Request"])
    if part:
        response["HX-Push-Url"] = request.path + _plain(asked.address(page=asked.page))
    return response


def _plain(address: str) -> str:
    return address.removesuffix("?")


def _context(request: UserRequest, asked: Asked) -> dict[str, Any]:
    reach = outcomes.reach_of(request)
    visible = AuditEntry.objects.filter(recent(), reach.condition(request.user))
    found = visible.filter(asked.condition()).prefetch_related(*outcomes.related())
    page = Paginator(found, SIZE).get_page(asked.page)
    entries = list(page) if page.paginator.count else []
    return {
        "asked": asked,
        "page": page,
        "lines": read(entries, request.user, reach),
        "previous": _turn(page, asked, -1),
        "following": _turn(page, asked, 1),
        "chips": list(asked.chips(visible)),
        "filters": Filters(
            actions=labels.registered(),
            outcomes=_outcome_labels(),
            clusters=_clusters(visible) if entries or asked.filtered else (),
            action=asked.action,
            outcome=asked.outcome,
            cluster=asked.cluster,
            targets=asked.targets,
        ),
        "days": settings.AUDIT_ENTRIES_LAST_X_DAYS,
        "everything": reach.everything,
    }


@cache
def _outcome_labels() -> Choices:
    """Return what outcomes are called; registered once, when apps are ready."""
    return Choices({key: label for key, (label, _q) in outcomes.filters().items()})


def _clusters(entries: "QuerySet[AuditEntry]") -> tuple[str, ...]:
    named = entries.exclude(cluster="").order_by("cluster")
    return tuple(named.values_list("cluster", flat=True).distinct())


def _turn(page: Page[AuditEntry], asked: Asked, by: int) -> str:
    """Return the address of the page before or after this one, if there is one."""
    there = page.has_next() if by > 0 else page.has_previous()
    return asked.address(page=page.number + by) if there else ""
