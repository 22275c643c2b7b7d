"""The list of machines."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.models import Preferences

from .. import inventory, stencils, tables, words
from ..forms.listing import SIZES, STATE_LABELS, Asked
from .asking import UserRequest, back_to_list, person_of, wants_part


@require_safe
def instance_list(request: UserRequest) -> HttpResponse:
    person = person_of(request)
    asked = Asked.read(request.GET, staff=person.staff)
    part = wants_part(request)
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
    columns = tables.shown(tables.chosen(request.user), staff=person.staff)
    rows = tables.Rows(visible, page.rows).rows
    return {
        "asked": asked,
        "page": page,
        "drawn": stencils.draw(rows, columns),
        "show": {column.key for column in columns},
        "heads": tables.heads(columns, sorted_by=asked.sorted_by, order=asked.sort),
        "offered": tables.offered(staff=person.staff),
        "chips": list(asked.chips()),
        "pages": tables.neighbours(page, lambda number: asked.address(page=number)),
        "down": visible.down,
        "unknown": [shot for shot in visible.unknown if not shot.down],
        "unreadable": visible.unreadable,
        "clusters": [shot.cluster for shot in visible.snapshots],
        "state_labels": STATE_LABELS,
        "mark_labels": words.MARKS,
        "sizes": [(size, asked.address(size=size)) for size in SIZES],
        "staff": person.staff,
    }


@require_POST
def instance_columns(request: UserRequest) -> HttpResponse:
    """Remember which columns somebody wants to see."""
    staff = person_of(request).staff
    wanted = request.POST.getlist("column")
    chosen = [column.key for column in tables.offered(staff=staff)]
    Preferences.objects.update_or_create(
        user=request.user,
        defaults={"instance_columns": [key for key in chosen if key in wanted]},
    )
    return redirect(back_to_list(request))
