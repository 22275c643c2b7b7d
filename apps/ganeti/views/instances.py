"""The list of machines."""

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
from ..display import instance_rows, kept_rows
from ..display.list_query import Asked
from ..reads import inventory
from .lookup import back_to_list


@require_safe
def instance_list(request: UserRequest) -> HttpResponse:
    person = person_of(request)
    asked = Asked.read(request.GET, staff=access.may_see_clusters(person))
    part = wants_fragment(request)
    template = "ganeti/_instance_list.html" if part else "ganeti/instance_list.html"
    response = render(request, template, _context(request, asked))
    patch_vary_headers(response, ["HX-Request"])
    if part:
        response["HX-Push-Url"] = request.path + asked.address().removesuffix("?")
    return response


def _context(request: UserRequest, asked: Asked) -> dict[str, Any]:
    person = person_of(request)
    visible = inventory.visible(person)
    page = visible.page(asked.criteria)
    columns = instance_rows.shown(
        instance_rows.chosen(request.user), staff=access.may_see_clusters(person)
    )
    rows = instance_rows.Rows(visible, page)
    return {
        "asked": asked,
        "searches": "filters",
        "page": page,
        "total": len(visible),
        "drawn": kept_rows.draw(rows, columns),
        "heads": instance_rows.heads(
            columns, sorted_by=asked.sorted_by, order=asked.sort
        ),
        "columns": {
            "offered": tuple(
                instance_rows.offered(staff=access.may_see_clusters(person))
            ),
            "show": frozenset(column.key for column in columns),
        },
        "chips": list(asked.chips()),
        "pages": page_links(page, lambda number: asked.address(page=number)),
        "down": visible.down,
        "unknown": [shot for shot in visible.unknown if not shot.down],
        "unreadable": visible.unreadable,
        "clusters": tuple(shot.cluster.slug for shot in visible.snapshots),
        "sizes": tuple((size, asked.address(size=size)) for size in SIZES),
        "staff": access.may_see_clusters(person),
    }


@require_POST
def instance_columns(request: UserRequest) -> HttpResponse:
    """Remember which columns somebody wants to see."""
    staff = access.may_see_clusters(person_of(request))
    wanted = request.POST.getlist("column")
    chosen = [column.key for column in instance_rows.offered(staff=staff)]
    Preferences.objects.update_or_create(
        user=request.user,
        defaults={"instance_columns": [key for key in chosen if key in wanted]},
    )
    return redirect(back_to_list(request))
