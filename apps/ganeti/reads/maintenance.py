"""Node groups under maintenance that concern a person, and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from apps.work.prepared_query import PreparedQuery

from .. import access
from ..domain.node import NodeGroup
from ..models import GroupMaintenance
from .capacity import capacity_of
from .inventory import Inventory

_MAINTENANCES = PreparedQuery(
    lambda: GroupMaintenance.objects.select_related("cluster", "user"), keep=1
)
# By the short name of the cluster and the group's uuid.
Maintenances = Mapping[tuple[str, str], GroupMaintenance]


@dataclass(frozen=True, slots=True)
class MaintenanceNote:
    """A node group under maintenance, with the machines that the person sees there."""

    cluster: str
    group: NodeGroup
    reason: str  # empty if it was set outside of this site
    machines: int


def maintenances() -> Maintenances:
    """Return all that were set on this site; one query."""
    return {
        (maintenance.cluster.slug, maintenance.group_uuid): maintenance
        for maintenance in _MAINTENANCES.fetch()
        if maintenance.group_uuid
    }


def reason_of(cluster: str, group: NodeGroup) -> str:
    """Return the reason of a group's maintenance; empty if there is none."""
    if not group.locked:
        return ""
    maintenance = maintenances().get((cluster, group.uuid))
    return maintenance.reason if maintenance else ""


def notes(visible: Inventory) -> list[MaintenanceNote]:
    """Return the groups under maintenance with machines that the person sees.

    No query and no look at the machines if there is no such group.
    """
    locked = {
        (snapshot.cluster.slug, group.name): group
        for snapshot in visible.snapshots
        if snapshot.contents
        for group in snapshot.contents.groups.values()
        if group.locked
    }
    if not locked:
        return []
    counts = _machines_in(visible, locked)
    stored = maintenances() if counts else {}
    reasons = {key: maintenance.reason for key, maintenance in stored.items()}
    return [
        MaintenanceNote(slug, group, reasons.get((slug, group.uuid), ""), count)
        for (slug, name), group in locked.items()
        if (count := counts.get((slug, name), 0))
    ]


def _machines_in(
    visible: Inventory, groups: Mapping[tuple[str, str], NodeGroup]
) -> Mapping[tuple[str, str], int]:
    """Count the machines in groups; for staff, who see them all, once a generation."""
    if access.sees_all(visible.person):
        return {
            (snapshot.cluster.slug, capacity.group.name): capacity.instances
            for snapshot in visible.snapshots
            if snapshot.contents
            for capacity in capacity_of(snapshot.cluster.slug, snapshot.contents).groups
        }
    places = ((instance.cluster, instance.group) for instance in visible.instances)
    return Counter(place for place in places if place in groups)
