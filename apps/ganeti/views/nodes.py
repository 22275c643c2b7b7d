"""The list of nodes, and the page of a node."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts.person import person_of
from apps.web.lists import heads_of, page_links
from apps.web.requests import UserRequest, wants_fragment

from ..display import node_rows
from ..display.node_labels import ROLES
from ..display.node_page import NodePage
from ..display.node_query import NodeQuery
from ..reads import inventory, nodes
from .lookup import require_cluster_access, visible_snapshot


@require_safe
def node_list(request: UserRequest) -> HttpResponse:
    require_cluster_access(request)
    query = NodeQuery.read(request.GET)
    part = wants_fragment(request)
    template = "ganeti/_node_list.html" if part else "ganeti/node_list.html"
    response = render(request, template, _context(request, query))
    patch_vary_headers(response, ["HX-Request"])
    if part:
        response["HX-Push-Url"] = request.path + query.address().removesuffix("?")
    return response


def _context(request: UserRequest, query: NodeQuery) -> dict[str, Any]:
    visible = inventory.visible(person_of(request))
    entries = nodes.all_nodes(visible.snapshots)
    page = nodes.page(entries, query.criteria)
    return {
        "query": query,
        "page": page,
        "total": len(entries),
        "drawn": node_rows.draw(page.object_list),
        "heads": heads_of(
            node_rows.COLUMNS, sorted_by=query.sorted_by, order=query.sort
        ),
        "chips": list(query.chips()),
        "pages": page_links(page, lambda number: query.address(page=number)),
        "down": visible.down,
        "unknown": [snapshot for snapshot in visible.unknown if not snapshot.down],
        "filters": {
            "role": query.role,
            "roles": ROLES,
            "cluster": query.cluster,
            "clusters": tuple(snapshot.cluster.slug for snapshot in visible.snapshots),
            "group": query.group,
            "groups": tuple(sorted({entry.node.group for entry in entries})),
        },
    }


@require_safe
def node_detail(request: UserRequest, cluster_slug: str, node: str) -> HttpResponse:
    snapshot = visible_snapshot(request, cluster_slug)
    if snapshot.contents is None:
        return redirect("ganeti:cluster-detail", cluster_slug)
    if node not in snapshot.contents.nodes:
        raise Http404(_("This node doesn't exist."))
    page = NodePage(snapshot, snapshot.contents, snapshot.contents.nodes[node])
    return render(request, "ganeti/node_detail.html", {"page": page})
