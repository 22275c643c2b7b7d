"""Rows of the list of nodes."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.web.fragments import Varying
from apps.web.lists import Column

from ..domain.capacity import disk_of, memory_of
from ..reads.nodes import NodeEntry
from . import node_labels
from .usage import NOTHING, bar_values

COLUMNS = (
    Column("name", _("Node")),
    Column("role", _("Role")),
    Column("cluster", _("Cluster")),
    Column("group", _("Node group")),
    Column("memory", _("Memory, GiB")),
    Column("disk", _("Disk, GiB")),
    Column("cpus", _("CPUs"), number=True),
    Column("vcpus", _("vCPUs"), number=True),
    Column("primary", _("Primary"), number=True),
    Column("secondary", _("Secondary"), number=True),
)


def rows(entries: Iterable[NodeEntry]) -> Iterator[dict[str, Any]]:
    """Yield the values of the fragment of each row."""
    return map(_values, entries)


def _values(entry: NodeEntry) -> dict[str, Any]:
    node = entry.node
    name, dot, domain = node.name.partition(".")
    return {
        "name": Varying(name),
        "domain": Varying(dot + domain),
        "url": Varying(node_labels.address(entry.cluster, node.name)),
        "monitoring": Varying(node_labels.monitoring_address(node.name)),
        "role": node_labels.ROLES.get(node.role, node.role),
        "dot": node_labels.DOTS.get(node.role, "unknown"),
        "silent": not node.offline and node.memory_total_mib is None,
        "cluster": Varying(entry.cluster),
        "group": Varying(node.group),
        **bar_values("memory", memory_of([node])),
        **bar_values("disk", disk_of([node])),
        "cpus": Varying(NOTHING if node.cpus is None else node.cpus),
        "vcpus": Varying(entry.vcpus),
        "primary": Varying(entry.primary),
        "secondary": Varying(entry.secondary),
    }
