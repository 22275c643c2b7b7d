"""What is on offer where a machine could be built, beside what is chosen of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.ganeti.display.labels import gib
from apps.ganeti.models import Cluster, Network
from apps.ganeti.reads import placement
from apps.ganeti.reads.placement import (
    Choice,
    GroupChoice,
    PlacementOptions,
    RequestedSizes,
)
from apps.ganeti.state import refreshing, snapshots
from apps.ganeti.state.snapshots import Snapshot
from apps.web.stored_text import Text

from ..instance_spec import MIB_PER_GIB

# Bounds of input only; the policies say what is too large.
MAX_MEMORY_MIB, MAX_VCPUS, MAX_DISK_GIB = 4 * 1024 * 1024, 1024, 1024 * 1024
LABELS: dict[str, Text] = {
    "node_group": gettext_lazy("Node group"),
    "nic_network": gettext_lazy("Network"),
    "storage": gettext_lazy("Disk template"),
    "volume_group": gettext_lazy("Volume group (plain and drbd)"),
}
PLACES = tuple(LABELS)

Values = Mapping[str, Any]


class Panel:
    """The clusters, and the options of the chosen one.

    ``values`` is what was typed so far, valid or not; ``requested_network`` is the
    applicant's choice.
    """

    def __init__(
        self,
        values: Values,
        *,
        requested_network: Network | None = None,
        fast_first: bool = False,
    ) -> None:
        self.values, self.requested_network = values, requested_network
        clusters = Cluster.objects.select_related("refresh_state")
        self.cluster_snapshots = snapshots.current(clusters)
        refreshing.refresh_neglected(
            s for s in self.cluster_snapshots if not s.cluster.disabled
        )
        self.clusters = placement.cluster_choices(
            self.cluster_snapshots, fast_first=fast_first
        )

    @cached_property
    def cluster(self) -> str:
        """Slug of the cluster: chosen, or by the requested network, or the only one."""
        if slug := str(self.values.get("cluster") or ""):
            return slug
        usable = [
            choice.value for choice in self.clusters if not choice.unavailable_reason
        ]
        if (
            self.requested_network is not None
            and self.requested_network.cluster.slug in usable
        ):
            return self.requested_network.cluster.slug
        return usable[0] if len(usable) == 1 else ""

    @cached_property
    def snapshot(self) -> Snapshot | None:
        matching = (
            snapshot
            for snapshot in self.cluster_snapshots
            if snapshot.cluster.slug == self.cluster
        )
        return next(matching, None)

    @property
    def cluster_off(self) -> Text:
        return (
            placement.cluster_unavailable_reason(self.snapshot) if self.snapshot else ""
        )

    @cached_property
    def offer(self) -> PlacementOptions | None:
        """Options of the cluster; None if none is chosen or it was never read."""
        snapshot = self.snapshot
        if snapshot is None or snapshot.published is None or snapshot.cluster.disabled:
            return None
        sizes = RequestedSizes(
            memory_mib=_size(self.values.get("memory_mib"), MAX_MEMORY_MIB),
            vcpus=_size(self.values.get("vcpus"), MAX_VCPUS),
            disk_mib=_size(self.values.get("disk_gib"), MAX_DISK_GIB) * MIB_PER_GIB,
        )
        networks = Network.objects.filter(cluster=snapshot.cluster)
        group = str(self.values.get("node_group") or "")
        return PlacementOptions(snapshot, sizes, list(networks), group)

    def choices(self, place: str) -> list[Choice]:
        if self.offer is None:
            return []
        return list(
            {
                "node_group": self.offer.groups,
                "nic_network": self.offer.networks,
                "storage": self.offer.templates,
                "volume_group": self.offer.volume_groups,
            }[place]
        )

    def chosen(self, place: str) -> str | None:
        """Return the choice to select: the chosen one if usable, else a default.

        None if nothing can be chosen.
        """
        usable = [
            choice.value
            for choice in self.choices(place)
            if not choice.unavailable_reason
        ]
        value = self.values.get(place)
        if value in usable:
            return str(value)
        if place == "nic_network" and self.offer is not None:
            return self.offer.default_network(self.requested_network)
        return usable[0] if usable else None

    @property
    def places(self) -> dict[str, "Place"]:
        return {
            name: Place(name, self.choices(name), self.chosen(name)) for name in PLACES
        }

    labels = LABELS


@dataclass(frozen=True, slots=True)
class ChoiceEntry:
    """A choice with its figures."""

    choice: Choice
    facts: list[str]


@dataclass(frozen=True, slots=True)
class Place:
    """A field of the panel with its choices."""

    name: str
    choices: list[Choice]
    chosen: str | None

    @property
    def shown(self) -> list[ChoiceEntry]:
        return [ChoiceEntry(choice, list(_facts(choice))) for choice in self.choices]


def _facts(choice: Choice) -> Iterator[str]:
    """Yield the policy, nodes and free resources of a node group."""
    if not isinstance(choice, GroupChoice) or not choice.value:
        return
    yield str(choice.policy)
    nodes = ngettext("%(n)d node", "%(n)d nodes", choice.nodes) % {"n": choice.nodes}
    unavailable = _("%(n)d unavailable") % {"n": choice.nodes_unavailable}
    yield f"{nodes}, {unavailable}" if choice.nodes_unavailable else nodes
    if choice.memory_free_mib is not None and choice.memory_largest_mib is not None:
        text = _("free memory: %(all)s GiB, up to %(one)s on one node")
        free, largest = gib(choice.memory_free_mib), gib(choice.memory_largest_mib)
        yield text % {"all": free, "one": largest}
    if choice.disk_free_mib is not None:
        yield _("free disk: %(all)s GiB") % {"all": gib(choice.disk_free_mib)}
    if choice.cpus is not None:
        text = _("CPUs: %(cpus)d, vCPUs allocated: %(given)d")
        yield text % {"cpus": choice.cpus, "given": choice.vcpus_allocated}


def _size(value: Any, maximum: int) -> int:
    """Parse a size; 0, which breaks no policy, if it is not a number."""
    text = str(value or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return 0
    return min(int(text), maximum)
