"""Links on the pages of clusters and nodes."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.person import person_of
from apps.auditlog.target import TargetKind
from apps.web.page_actions import PageAction

from . import access, graphs


def _graphs_address(kind: str, cluster: str, name: str) -> str:
    """Return the page of the graphs of a cluster's machines, or of a node's."""
    page = reverse("ganeti:graph-cluster", args=(cluster or name,))
    return f"{page}?{urlencode({'node': name})}" if kind == TargetKind.NODE else page


def _may_see_graphs(request: HttpRequest) -> bool:
    return graphs.are_configured() and access.may_see_all_graphs(person_of(request))


ACTIONS = (
    PageAction(
        frozenset({TargetKind.CLUSTER, TargetKind.NODE}),
        "graph-up",
        _("Graphs"),
        _graphs_address,
        _may_see_graphs,
    ),
)
