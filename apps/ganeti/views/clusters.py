"""The list of clusters, the pages of a cluster and of its networks, and refreshes."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.person import person_of
from apps.web.lists import page_links
from apps.web.requests import UserRequest

from .. import access
from ..display import maintenance_controls
from ..display.cluster_page import ClusterView
from ..display.network_page import (
    STATE_LABELS,
    AddressQuery,
    NetworkView,
    address_rows,
)
from ..domain.node import NodeGroup
from ..forms.maintenance import MaintenanceForm
from ..models import Cluster
from ..reads import inventory, job_counts, network_addresses
from ..reads.job_counts import NO_JOBS
from ..state import refreshing
from ..state.snapshots import Snapshot
from .lookup import back_to_list, require_cluster_access, visible_snapshot


@require_safe
def cluster_list(request: UserRequest) -> HttpResponse:
    require_cluster_access(request)
    visible = inventory.visible(person_of(request))
    jobs = job_counts.by_cluster()
    views = [
        ClusterView(snapshot, jobs.get(snapshot.cluster.slug, NO_JOBS))
        for snapshot in visible.snapshots
    ]
    return render(request, "ganeti/cluster_list.html", {"clusters": views})


@require_safe
def cluster_detail(request: UserRequest, cluster_slug: str) -> HttpResponse:
    return cluster_page(request, visible_snapshot(request, cluster_slug))


def cluster_page(
    request: UserRequest,
    snapshot: Snapshot,
    invalid: dict[str, MaintenanceForm] | None = None,
) -> HttpResponse:
    """Return the page of a cluster; ``invalid`` has forms with errors by group."""

    def form_for(group: NodeGroup) -> MaintenanceForm:
        form = (invalid or {}).get(group.name)
        return form or MaintenanceForm(auto_id=f"id_%s_{group.uuid}")

    slug = snapshot.cluster.slug
    view = ClusterView(snapshot, job_counts.by_cluster().get(slug, NO_JOBS))
    may_maintain = access.may_maintain(person_of(request)).allowed
    controls = (
        maintenance_controls.of(snapshot, form_for, may_change=may_maintain)
        if snapshot.contents
        else []
    )
    context = {"view": view, "controls": controls}
    return render(request, "ganeti/cluster_detail.html", context)


@require_safe
def network_detail(
    request: UserRequest, cluster_slug: str, network: str
) -> HttpResponse:
    snapshot = visible_snapshot(request, cluster_slug)
    if snapshot.contents is None:
        return redirect("ganeti:cluster-detail", cluster_slug)
    by_name = {network.name: network for network in snapshot.contents.networks}
    if network not in by_name:
        raise Http404(_("This network doesn't exist."))
    query = AddressQuery.read(request.GET)
    entries = network_addresses.taken_addresses(snapshot.contents, by_name[network])
    page = network_addresses.page(
        entries, search=query.q, state=query.state, number=query.page
    )
    context: dict[str, Any] = {
        "view": ClusterView(snapshot),
        "network": NetworkView(cluster_slug, by_name[network]),
        "query": query,
        "page": page,
        "rows": address_rows(page.object_list),
        "states": STATE_LABELS,
        "chips": list(query.chips()),
        "pages": page_links(page, lambda number: query.address(page=number)),
    }
    return render(request, "ganeti/network_detail.html", context)


@require_POST
def cluster_refresh(request: UserRequest, cluster_slug: str) -> HttpResponse:
    """Refresh a cluster now; joins a refresh in flight."""
    if not access.may_refresh(person_of(request)):
        raise PermissionDenied
    cluster = get_object_or_404(Cluster.objects.enabled(), slug=cluster_slug)
    refreshing.refresh_in_background(cluster)
    messages.info(request, _("Refreshing %(cluster)s.") % {"cluster": cluster.slug})
    return redirect(back_to_list(request))
