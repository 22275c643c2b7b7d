"""Rows of the list of nodes.

Each is kept until a refresh of its cluster changes something there.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.web import fragments
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


# Of some 2 KB each.
MAX_ROWS = 5000
# Language, whether the cluster is left out, cluster and name.
Key = tuple[str | None, bool, str, str]
_CACHE: dict[Key, tuple[NodeEntry, SafeString]] = {}


def draw(entries: Iterable[NodeEntry], *, alone: bool = False) -> SafeString:
    """Return the markup of rows; ``alone``: without their cluster."""
    return SafeString("".join(_row(entry, alone=alone) for entry in entries))


def _row(entry: NodeEntry, *, alone: bool) -> SafeString:
    key = (get_language(), alone, entry.cluster, entry.node.name)
    cached = _CACHE.get(key)
    # An entry lasts as long as the contents of its cluster (`reads.nodes`).
    if cached is not None and cached[0] is entry and not settings.DEBUG:
        return cached[1]
    values = {**_values(entry), "alone": alone}
    markup = fragments.render("ganeti/_node_row.html", values)
    if len(_CACHE) >= MAX_ROWS:
        _CACHE.clear()
    _CACHE[key] = entry, markup
    return markup


@receiver(setting_changed)
def forget(**_setting: object) -> None:
    """Clear the cache, in tests with other settings."""
    _CACHE.clear()


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
