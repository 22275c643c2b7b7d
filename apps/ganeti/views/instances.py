"""The list of instances."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.models import Preferences
from apps.accounts.person import person_of
from apps.web.lists import SIZES, page_links
from apps.web.requests import UserRequest, wants_fragment

from .. import access
from ..display import instance_rows, row_cache
from ..display.list_query import InstanceQuery
from ..reads import inventory, maintenance
from .lookup import back_to_list


@require_safe
def instance_list(request: UserRequest) -> HttpResponse:
    person = person_of(request)
    query = InstanceQuery.read(request.GET, staff=access.may_see_clusters(person))
    part = wants_fragment(request)
    template = "ganeti/_instance_list.html" if part else "ganeti/instance_list.html"
    response = render(request, template, _context(request, query))
    patch_vary_headers(response, ["HX-Request"])
    if part:
        response["HX-Push-Url"] = request.path + query.address().removesuffix("?")
    return response


def _context(request: UserRequest, query: InstanceQuery) -> dict[str, Any]:
    person = person_of(request)
    visible = inventory.visible(person)
    page = visible.page(query.criteria)
    columns = instance_rows.shown(
        instance_rows.chosen(request.user), staff=access.may_see_clusters(person)
    )
    rows = instance_rows.Rows(visible, page)
    return {
        "query": query,
        "searches": "filters",
        "search_text": query.q,
        "page": page,
        "total": len(visible),
        "drawn": row_cache.draw(rows, columns),
        "heads": instance_rows.heads(
            columns, sorted_by=query.sorted_by, order=query.sort
        ),
        "columns": {
            "offered": tuple(
                instance_rows.offered(staff=access.may_see_clusters(person))
            ),
            "show": frozenset(column.key for column in columns),
        },
        "chips": list(query.chips()),
        "pages": page_links(page, lambda number: query.address(page=number)),
        "down": visible.down,
        "unknown": [snapshot for snapshot in visible.unknown if not snapshot.down],
        "unreadable": visible.unreadable,
        "maintenances": maintenance.notes(visible),
        "clusters": tuple(snapshot.cluster.slug for snapshot in visible.snapshots),
        "sizes": tuple((size, query.address(size=size)) for size in SIZES),
        "staff": access.may_see_clusters(person),
    }


@require_POST
def instance_columns(request: UserRequest) -> HttpResponse:
    """Save the columns that the user chose."""
    staff = access.may_see_clusters(person_of(request))
    chosen = request.POST.getlist("column")
    offered = [column.key for column in instance_rows.offered(staff=staff)]
    Preferences.objects.update_or_create(
        user=request.user,
        defaults={"instance_columns": [key for key in offered if key in chosen]},
    )
    return redirect(back_to_list(request))
