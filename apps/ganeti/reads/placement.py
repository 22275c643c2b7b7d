"""Where a machine could live: what a cluster offers, and what of it is off and why.

Worked out from what is known of the cluster; nothing is asked of it. What cannot be
chosen is offered all the same, with the reason, so that nobody wonders where it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.web.stored_text import Text

from ..domain import tags
from ..domain.creation import DRBD, EXTERNAL
from ..domain.node import Node, NodeGroup
from ..models import Cluster, Network
from ..rapi.versions import Capability
from ..state.snapshots import Contents, Snapshot
from . import placement_texts as words


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a machine is to have."""

    memory_mib: int = 0
    vcpus: int = 0
    disk_mib: int = 0

    @property
    def sizes(self) -> Mapping[str, int]:
        """What is asked for, as policies call it; what is not known breaks none."""
        sizes = {
            "memory-size": self.memory_mib,
            "cpu-count": self.vcpus,
            "disk-size": self.disk_mib,
        }
        return {name: size for name, size in sizes.items() if size}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose; ``off`` says why it cannot be."""

    value: str
    label: Text
    off: Text = ""
    # What there is to say beside its name.
    note: Text = ""


@dataclass(frozen=True, slots=True)
class GroupChoice(Choice):
    """A node group with what its nodes have to give; None: they do not say."""

    policy: Text = ""
    nodes: int = 0
    nodes_out: int = 0
    memory_free_mib: int | None = None
    memory_largest_mib: int | None = None
    disk_free_mib: int | None = None
    cpus: int | None = None
    vcpus_given: int = 0


@dataclass(frozen=True)
class Offer:
    """What one cluster offers for a machine, within a node group or anywhere."""

    snapshot: Snapshot
    wanted: Wanted
    networks_of_ours: Sequence[Network] = ()
    group: str = ""

    @property
    def cluster(self) -> Cluster:
        return self.snapshot.cluster

    @cached_property
    def contents(self) -> Contents:
        if self.snapshot.contents is None:
            raise LookupError(self.cluster.slug)
        return self.snapshot.contents

    @cached_property
    def groups(self) -> Sequence[GroupChoice]:
        """The node groups, those first that take machines; before them: any."""
        known = sorted(self.contents.groups.values(), key=lambda group: group.name)
        found = [self._group(group) for group in known]
        found.sort(key=lambda choice: bool(choice.off))
        usable = [choice for choice in found if not choice.off]
        nothing = "" if usable else _("No suitable node group.")
        return [GroupChoice("", _("Let Ganeti choose"), nothing), *found]

    def _group(self, group: NodeGroup) -> GroupChoice:
        all_of_it = [n for n in self.contents.nodes.values() if n.group == group.name]
        nodes = [node for node in all_of_it if node.takes_machines]
        names = {node.name for node in nodes}
        free = _known(node.memory_free_mib for node in nodes)
        return GroupChoice(
            value=group.name,
            label=group.name,
            off=self._group_off(group, nodes, free),
            policy=words.ALLOC_POLICIES.get(group.alloc_policy, group.alloc_policy),
            nodes=len(nodes),
            nodes_out=len(all_of_it) - len(nodes),
            memory_free_mib=sum(free) if free else None,
            memory_largest_mib=max(free, default=None),
            disk_free_mib=_sum(node.disk_free_mib for node in nodes),
            cpus=_sum(node.cpus for node in nodes),
            vcpus_given=sum(
                found.vcpus
                for found in self.contents.instances.values()
                if found.primary_node in names
            ),
        )

    def _group_off(
        self, group: NodeGroup, nodes: Sequence[Node], free: Sequence[int]
    ) -> Text:
        if group.locked:
            return _("Under maintenance.")
        if group.alloc_policy == "unallocable":
            return _("Its allocation policy doesn't accept new machines.")
        if not nodes:
            return _("None of its nodes can currently accept machines.")
        if broken := group.policy.broken_by(self.wanted.sizes):
            return words.broken(broken[0])
        if len(free) == len(nodes) and max(free) < self.wanted.memory_mib:
            return words.no_room(max(free))
        return ""

    @cached_property
    def within(self) -> Sequence[NodeGroup]:
        """The node groups that the machine may come to."""
        names = [choice.value for choice in self.groups if choice.value]
        if self.group in names:
            return [self.contents.groups[self.group]]
        usable = [c.value for c in self.groups if c.value and not c.off]
        return [self.contents.groups[name] for name in usable]

    # -- networks

    @cached_property
    def networks(self) -> Sequence[Choice]:
        """The networks, usable ones first; after them: none at all."""
        if self.cluster.use_gnt_network:
            found = list(self._pools()) if self._has_networks else [self._no_networks]
        else:
            found = list(self._links())
        found.sort(key=lambda choice: bool(choice.off))
        return [*found, Choice("", _("No network"))]

    @property
    def _has_networks(self) -> bool:
        return self.contents.can(Capability.NETWORKS)

    @property
    def _no_networks(self) -> Choice:
        """A network that cannot be chosen, with the reason."""
        return Choice(":", _("Ganeti networks"), words.too_old(Capability.NETWORKS))

    def _pools(self) -> Iterator[Choice]:
        for network in sorted(self.contents.networks, key=lambda found: found.name):
            reach = [network.connection(group.name) for group in self.within]
            mode, link = next((found for found in reach if found), ("", ""))
            off: Text = ""
            if not self.within:
                off = _("No suitable node group.")
            elif not mode:
                off = _("Not connected to the node group.")
            elif network.has_pool and network.free < 1:
                off = _("All addresses are in use.")
            yield Choice(
                network.name,
                f"{network.name} ({network.network})",
                off,
                words.pool(network.free, network.reserved, mode, link),
            )

    def _links(self) -> Iterator[Choice]:
        ours = sorted(
            (n for n in self.networks_of_ours if n.cluster_id == self.cluster.pk),
            key=lambda network: (not network.cluster_default, network.description),
        )
        seen: set[str] = set()
        for network in ours:
            value = f"{network.mode}:{network.link}"
            if value not in seen:
                seen.add(value)
                note = words.link(network.get_mode_display(), network.link)
                yield Choice(value, network.description, "", note)

    def default_network(self, network: Network | None) -> str:
        """Return the choice that comes nearest to a network that was asked for.

        Without a wish, or one of another cluster: the first that can be chosen.
        """
        usable = [choice.value for choice in self.networks if not choice.off]
        if network is not None and network.cluster_id == self.cluster.pk:
            alike = [v for v in usable if self._is_alike(v, network)]
            usable = alike + usable
        return usable[0]

    def _is_alike(self, value: str, wish: Network) -> bool:
        if not self.cluster.use_gnt_network:
            return value == f"{wish.mode}:{wish.link}"
        return any(
            found.name == value and (wish.mode, wish.link) == found.connection(g.name)
            for found in self.contents.networks
            for g in self.within
        )

    # -- disks

    @cached_property
    def templates(self) -> Sequence[Choice]:
        """The disk templates; of external storage one for each provider: ext:NAME."""
        info = self.contents.info
        enabled = info.disk_templates or info.policy.disk_templates
        found = [c for template in enabled for c in self._template(template)]
        return sorted(found, key=lambda choice: bool(choice.off))

    def _template(self, template: str) -> Iterator[Choice]:
        off = self._template_off(template)
        note = words.TEMPLATES.get(template, "")
        if template != EXTERNAL:
            yield Choice(template, template, off, note)
            return
        providers = tags.storage_providers(
            self.contents.info.tags, settings.GANETI_TAG_PREFIX
        )
        if not providers:
            nobody = _("No provider is set in the cluster's tags.")
            yield Choice(EXTERNAL, EXTERNAL, off or nobody, note)
        for name, parameters in providers.items():
            shown = ", ".join(f"{key}={value}" for key, value in parameters.items())
            yield Choice(
                f"{EXTERNAL}:{name}", f"{EXTERNAL}: {name}", off, shown or note
            )

    def _template_off(self, template: str) -> Text:
        allowing = [
            group
            for group in self.within
            if not group.policy.disk_templates
            or template in group.policy.disk_templates
        ]
        if self.within and not allowing:
            return _("Not allowed by the node group's policy.")
        if template == DRBD and not any(map(self._has_two_nodes, allowing)):
            return _("Requires two nodes.")
        return ""

    def _has_two_nodes(self, group: NodeGroup) -> bool:
        nodes = self.contents.nodes.values()
        return sum(n.takes_machines and n.group == group.name for n in nodes) > 1

    @cached_property
    def volume_groups(self) -> Sequence[Choice]:
        """What every node group offers that the machine may come to; first: none."""
        offered = [set(group.volume_groups) for group in self.within]
        names = sorted(set.intersection(*offered)) if offered else []
        return [Choice("", _("Cluster default")), *(Choice(n, n) for n in names)]


def _known(figures: Iterable[int | None]) -> list[int]:
    return [figure for figure in figures if figure is not None]


def _sum(figures: Iterable[int | None]) -> int | None:
    known = _known(figures)
    return sum(known) if known else None


# -- clusters

_OFF_DISABLED = gettext_lazy("It is disabled.")
_OFF_CREATION = gettext_lazy("It doesn't accept new machines.")
_OFF_VIEWER = gettext_lazy("This site has read-only access to it.")
_OFF_DOWN = gettext_lazy("It isn't responding.")
_OFF_UNKNOWN = gettext_lazy("It hasn't been read yet.")


def clusters(shots: Sequence[Snapshot], *, fast_first: bool = False) -> list[Choice]:
    """Return all clusters as choices, those first that take machines.

    ``fast_first``: and among them those with fast creation.
    """
    ordered = sorted(
        shots,
        key=lambda shot: (
            bool(cluster_off(shot)),
            fast_first and not shot.cluster.fast_create,
            shot.cluster.slug,
        ),
    )
    return [
        Choice(
            shot.cluster.slug,
            shot.cluster.slug,
            cluster_off(shot),
            shot.cluster.description,
        )
        for shot in ordered
    ]


def closed(cluster: Cluster) -> Text:
    """Say why no machine is to be built on a cluster; empty when one may be."""
    if cluster.disabled:
        return _OFF_DISABLED
    if cluster.disable_instance_creation:
        return _OFF_CREATION
    return _OFF_VIEWER if cluster.can_write is False else ""


def cluster_off(shot: Snapshot) -> Text:
    """Say why no machine can be built on a cluster now; empty when one can."""
    if reason := closed(shot.cluster):
        return reason
    if shot.contents is None:
        return _OFF_UNKNOWN
    return _OFF_DOWN if shot.down else unfit(shot.contents)


def unfit(contents: Contents) -> Text:
    """Say what its Ganeti lacks so that machines could be built; empty: nothing."""
    if contents.can(Capability.TAGS_FOR_NEW):
        return ""
    return words.too_old(Capability.TAGS_FOR_NEW)
