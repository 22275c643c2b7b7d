"""Page of the history: the audit entries that the user may see."""

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
from .list_query import HistoryQuery
from .models import AuditEntry
from .rows import recent, rows_for

PAGE_SIZE = 50


class FilterForm(NamedTuple):
    """Choices of the filters, and the chosen values."""

    actions: Choices
    outcomes: Choices
    clusters: tuple[str, ...]
    action: str
    outcome: str
    cluster: str
    targets: tuple[str, ...]


@require_safe
def history(request: UserRequest) -> HttpResponse:
    query = HistoryQuery.read(request.GET)
    fragment = wants_fragment(request)
    template = "auditlog/_history_list.html" if fragment else "auditlog/history.html"
    response = render(request, template, _context(request, query))
    patch_vary_headers(response, ["HX-Request"])
    if fragment:
        response["HX-Push-Url"] = request.path + _plain(query.address(page=query.page))
    return response


def _plain(address: str) -> str:
    return address.removesuffix("?")


def _context(request: UserRequest, query: HistoryQuery) -> dict[str, Any]:
    reach = outcomes.reach_of(request)
    visible = AuditEntry.objects.filter(recent(), reach.condition(request.user))
    matching = visible.filter(query.condition()).prefetch_related(*outcomes.related())
    page = Paginator(matching, PAGE_SIZE).get_page(query.page)
    entries = list(page) if page.paginator.count else []
    return {
        "query": query,
        "page": page,
        "lines": rows_for(entries, request.user, reach),
        "previous": _page_address(page, query, -1),
        "following": _page_address(page, query, 1),
        "chips": list(query.chips(visible)),
        "filters": FilterForm(
            actions=labels.registered(),
            outcomes=_outcome_labels(),
            clusters=_clusters(visible) if entries or query.filtered else (),
            action=query.action,
            outcome=query.outcome,
            cluster=query.cluster,
            targets=query.targets,
        ),
        "days": settings.AUDIT_ENTRIES_LAST_X_DAYS,
        "everything": reach.everything,
    }


@cache
def _outcome_labels() -> Choices:
    """Return the labels of outcomes; apps register them once, when ready."""
    return Choices({key: label for key, (label, _q) in outcomes.filters().items()})


def _clusters(entries: "QuerySet[AuditEntry]") -> tuple[str, ...]:
    on_clusters = entries.exclude(cluster="").order_by("cluster")
    return tuple(on_clusters.values_list("cluster", flat=True).distinct())


def _page_address(page: Page[AuditEntry], query: HistoryQuery, step: int) -> str:
    """Return the query string of the previous or next page; empty if none."""
    exists = page.has_next() if step > 0 else page.has_previous()
    return query.address(page=page.number + step) if exists else ""
