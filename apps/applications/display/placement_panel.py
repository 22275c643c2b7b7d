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

# Larger figures are nobody's; the policies say what is too large.
MOST_MEMORY_MIB, MOST_VCPUS, MOST_DISK_GIB = 4 * 1024 * 1024, 1024, 1024 * 1024
LABELS: dict[str, Text] = {
    "node_group": gettext_lazy("Node group"),
    "nic_network": gettext_lazy("Network"),
    "storage": gettext_lazy("Disk template"),
    "volume_group": gettext_lazy("Volume group (plain and drbd)"),
}
PLACES = tuple(LABELS)

Asked = Mapping[str, Any]


class Panel:
    """The clusters, and what the one that was chosen offers.

    ``asked`` is what was typed so far, right or wrong; ``wish`` the network that the
    applicant asked for.
    """

    def __init__(
        self, asked: Asked, *, wish: Network | None = None, fast_first: bool = False
    ) -> None:
        self.asked, self.wish = asked, wish
        clusters = Cluster.objects.select_related("refresh_state")
        self.shots = snapshots.current(clusters)
        refreshing.wake_neglected(s for s in self.shots if not s.cluster.disabled)
        self.clusters = placement.cluster_choices(self.shots, fast_first=fast_first)

    @cached_property
    def cluster(self) -> str:
        """The cluster that was chosen; or that the wish, or nothing else, leaves."""
        if slug := str(self.asked.get("cluster") or ""):
            return slug
        usable = [
            choice.value for choice in self.clusters if not choice.unavailable_reason
        ]
        if self.wish is not None and self.wish.cluster.slug in usable:
            return self.wish.cluster.slug
        return usable[0] if len(usable) == 1 else ""

    @cached_property
    def snapshot(self) -> Snapshot | None:
        found = (shot for shot in self.shots if shot.cluster.slug == self.cluster)
        return next(found, None)

    @property
    def cluster_off(self) -> Text:
        return (
            placement.cluster_unavailable_reason(self.snapshot) if self.snapshot else ""
        )

    @cached_property
    def offer(self) -> PlacementOptions | None:
        """What the cluster offers; None while nothing is known, or none is chosen."""
        shot = self.snapshot
        if shot is None or shot.known is None or shot.cluster.disabled:
            return None
        wanted = RequestedSizes(
            memory_mib=_size(self.asked.get("memory_mib"), MOST_MEMORY_MIB),
            vcpus=_size(self.asked.get("vcpus"), MOST_VCPUS),
            disk_mib=_size(self.asked.get("disk_gib"), MOST_DISK_GIB) * MIB_PER_GIB,
        )
        ours = Network.objects.filter(cluster=shot.cluster)
        group = str(self.asked.get("node_group") or "")
        return PlacementOptions(shot, wanted, list(ours), group)

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
        """Return what to mark: what was chosen if it can be, else what suggests itself.

        None where nothing can be chosen.
        """
        usable = [
            choice.value
            for choice in self.choices(place)
            if not choice.unavailable_reason
        ]
        value = self.asked.get(place)
        if value in usable:
            return str(value)
        if place == "nic_network" and self.offer is not None:
            return self.offer.default_network(self.wish)
        return usable[0] if usable else None

    @property
    def places(self) -> dict[str, "Place"]:
        return {
            name: Place(name, self.choices(name), self.chosen(name)) for name in PLACES
        }

    labels = LABELS


@dataclass(frozen=True, slots=True)
class Shown:
    """A choice, with the figures that belong to it."""

    choice: Choice
    facts: list[str]


@dataclass(frozen=True, slots=True)
class Place:
    """One thing to choose of the panel."""

    name: str
    choices: list[Choice]
    chosen: str | None

    @property
    def shown(self) -> list[Shown]:
        return [Shown(choice, list(_facts(choice))) for choice in self.choices]


def _facts(choice: Choice) -> Iterator[str]:
    """Yield what the nodes of a group have to give."""
    if not isinstance(choice, GroupChoice) or not choice.value:
        return
    yield str(choice.policy)
    nodes = ngettext("%(n)d node", "%(n)d nodes", choice.nodes) % {"n": choice.nodes}
    out = _("%(n)d unavailable") % {"n": choice.nodes_unavailable}
    yield f"{nodes}, {out}" if choice.nodes_unavailable else nodes
    if choice.memory_free_mib is not None and choice.memory_largest_mib is not None:
        text = _("free memory: %(all)s GiB, up to %(one)s on one node")
        free, largest = gib(choice.memory_free_mib), gib(choice.memory_largest_mib)
        yield text % {"all": free, "one": largest}
    if choice.disk_free_mib is not None:
        yield _("free disk: %(all)s GiB") % {"all": gib(choice.disk_free_mib)}
    if choice.cpus is not None:
        text = _("CPUs: %(cpus)d, vCPUs allocated: %(given)d")
        yield text % {"cpus": choice.cpus, "given": choice.vcpus_allocated}


def _size(typed: Any, most: int) -> int:
    """Return a figure as far as it is one; 0 is not known, and breaks no policy."""
    text = str(typed or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return 0
    return min(int(text), most)
