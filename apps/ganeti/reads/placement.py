"""Placement options for a new instance, and why some are unavailable.

Computed from the snapshots; no cluster is called. Options that cannot be chosen are
listed too, with the reason, so that nobody wonders where they are.
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
from . import placement_texts as texts
from .capacity import group_capacity


@dataclass(frozen=True, slots=True)
class RequestedSizes:
    """Memory, vCPUs and disk that an instance is to have; 0 if not known yet."""

    memory_mib: int = 0
    vcpus: int = 0
    disk_mib: int = 0

    @property
    def sizes(self) -> Mapping[str, int]:
        """The known sizes by Ganeti's policy names; unknown ones break no policy."""
        sizes = {
            "memory-size": self.memory_mib,
            "cpu-count": self.vcpus,
            "disk-size": self.disk_mib,
        }
        return {name: size for name, size in sizes.items() if size}


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a form; ``unavailable_reason`` is empty if it can be chosen."""

    value: str
    label: Text
    unavailable_reason: Text = ""
    # Details shown after the label.
    note: Text = ""


@dataclass(frozen=True, slots=True)
class GroupChoice(Choice):
    """A node group with the free resources of its nodes; None if not reported."""

    policy: Text = ""
    nodes: int = 0
    nodes_unavailable: int = 0
    memory_free_mib: int | None = None
    memory_largest_mib: int | None = None
    disk_free_mib: int | None = None
    cpus: int | None = None
    vcpus_allocated: int = 0


@dataclass(frozen=True)
class PlacementOptions:
    """Placement options of one cluster, in one node group or in any."""

    snapshot: Snapshot
    requested: RequestedSizes
    configured_networks: Sequence[Network] = ()
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
        """The node groups, available ones first, after the choice of any group."""
        groups = sorted(self.contents.groups.values(), key=lambda group: group.name)
        choices = [self._group_choice(group) for group in groups]
        choices.sort(key=_is_unavailable)
        reason = (
            _("No suitable node group.") if all(map(_is_unavailable, choices)) else ""
        )
        return [GroupChoice("", _("Let Ganeti choose"), reason), *choices]

    def _group_choice(self, group: NodeGroup) -> GroupChoice:
        capacity = group_capacity(self.contents, group)
        nodes = capacity.nodes
        free_mib = _reported(node.memory_free_mib for node in nodes)
        return GroupChoice(
            value=group.name,
            label=group.name,
            unavailable_reason=self._group_unavailable_reason(group, nodes, free_mib),
            policy=texts.ALLOC_POLICIES.get(group.alloc_policy, group.alloc_policy),
            nodes=len(nodes),
            nodes_unavailable=len(capacity.members) - len(nodes),
            memory_free_mib=sum(free_mib) if free_mib else None,
            memory_largest_mib=max(free_mib, default=None),
            disk_free_mib=_sum(node.disk_free_mib for node in nodes),
            cpus=_sum(node.cpus for node in nodes),
            vcpus_allocated=capacity.vcpus,
        )

    def _group_unavailable_reason(
        self, group: NodeGroup, nodes: Sequence[Node], free_mib: Sequence[int]
    ) -> Text:
        if group.locked:
            return _("Under maintenance.")
        if group.alloc_policy == "unallocable":
            return _("Its allocation policy doesn't accept new machines.")
        if not nodes:
            return _("None of its nodes can currently accept machines.")
        if violations := group.policy.violations(self.requested.sizes):
            return texts.size_limits(violations[0])
        if len(free_mib) == len(nodes) and max(free_mib) < self.requested.memory_mib:
            return texts.insufficient_memory(max(free_mib))
        return ""

    @cached_property
    def candidate_groups(self) -> Sequence[NodeGroup]:
        """The chosen node group, otherwise all that are available."""
        names = [choice.value for choice in self.groups if choice.value]
        if self.group in names:
            return [self.contents.groups[self.group]]
        return [
            self.contents.groups[choice.value]
            for choice in self.groups
            if choice.value and not choice.unavailable_reason
        ]

    # -- networks

    @cached_property
    def networks(self) -> Sequence[Choice]:
        """The networks, available ones first, then the choice of no network."""
        if not self.cluster.use_gnt_network:
            choices = list(self._link_choices())
        elif self.contents.can(Capability.NETWORKS):
            choices = list(self._ganeti_network_choices())
        else:
            choices = [self._unsupported_networks]
        choices.sort(key=_is_unavailable)
        return [*choices, Choice("", _("No network"))]

    @property
    def _unsupported_networks(self) -> Choice:
        """A choice that cannot be made: this Ganeti version has no networks."""
        return Choice(
            ":", _("Ganeti networks"), texts.version_required(Capability.NETWORKS)
        )

    def _ganeti_network_choices(self) -> Iterator[Choice]:
        networks = sorted(self.contents.networks, key=lambda network: network.name)
        for network in networks:
            connections = [network.connection(g.name) for g in self.candidate_groups]
            mode, link = next(filter(None, connections), ("", ""))
            reason: Text = ""
            if not self.candidate_groups:
                reason = _("No suitable node group.")
            elif not mode:
                reason = _("Not connected to the node group.")
            elif network.has_pool and network.free < 1:
                reason = _("All addresses are in use.")
            yield Choice(
                network.name,
                f"{network.name} ({network.network})",
                reason,
                texts.pool_usage(network.free, network.reserved, mode, link),
            )

    def _link_choices(self) -> Iterator[Choice]:
        networks = sorted(
            (n for n in self.configured_networks if n.cluster_id == self.cluster.pk),
            key=lambda network: (not network.cluster_default, network.description),
        )
        values: set[str] = set()
        for network in networks:
            value = f"{network.mode}:{network.link}"
            if value not in values:
                values.add(value)
                note = texts.link_description(network.get_mode_display(), network.link)
                yield Choice(value, network.description, "", note)

    def default_network(self, network: Network | None) -> str:
        """Return the available choice closest to a requested network.

        Without one, or with one of another cluster: the first that is available.
        """
        values = [
            choice.value for choice in self.networks if not choice.unavailable_reason
        ]
        if network is not None and network.cluster_id == self.cluster.pk:
            equivalent = [v for v in values if self._is_equivalent(v, network)]
            values = equivalent + values
        return values[0]

    def _is_equivalent(self, value: str, requested: Network) -> bool:
        if not self.cluster.use_gnt_network:
            return value == f"{requested.mode}:{requested.link}"
        connection = (requested.mode, requested.link)
        return any(
            network.name == value and network.connection(group.name) == connection
            for network in self.contents.networks
            for group in self.candidate_groups
        )

    # -- disks

    @cached_property
    def templates(self) -> Sequence[Choice]:
        """The disk templates; external storage once per provider, as ext:NAME."""
        info = self.contents.info
        enabled = info.disk_templates or info.policy.disk_templates
        choices = [
            choice
            for template in enabled
            for choice in self._template_choices(template)
        ]
        return sorted(choices, key=_is_unavailable)

    def _template_choices(self, template: str) -> Iterator[Choice]:
        reason = self._template_unavailable_reason(template)
        note = texts.TEMPLATES.get(template, "")
        if template != EXTERNAL:
            yield Choice(template, template, reason, note)
            return
        providers = tags.storage_providers(
            self.contents.info.tags, settings.GANETI_TAG_PREFIX
        )
        if not providers:
            reason = reason or _("No provider is set in the cluster's tags.")
            yield Choice(EXTERNAL, EXTERNAL, reason, note)
        for name, parameters in providers.items():
            parameter_text = ", ".join(
                f"{key}={value}" for key, value in parameters.items()
            )
            yield Choice(
                f"{EXTERNAL}:{name}",
                f"{EXTERNAL}: {name}",
                reason,
                parameter_text or note,
            )

    def _template_unavailable_reason(self, template: str) -> Text:
        allowed_groups = [
            group
            for group in self.candidate_groups
            if not group.policy.disk_templates
            or template in group.policy.disk_templates
        ]
        if self.candidate_groups and not allowed_groups:
            return _("Not allowed by the node group's policy.")
        if template == DRBD and not any(map(self._has_two_nodes, allowed_groups)):
            return _("Requires two nodes.")
        return ""

    def _has_two_nodes(self, group: NodeGroup) -> bool:
        nodes = self.contents.nodes.values()
        usable = [n for n in nodes if n.takes_machines and n.group == group.name]
        return len(usable) > 1

    @cached_property
    def volume_groups(self) -> Sequence[Choice]:
        """The cluster default, then what all candidate node groups have."""
        by_group = [set(group.volume_groups) for group in self.candidate_groups]
        names = sorted(set.intersection(*by_group)) if by_group else []
        return [Choice("", _("Cluster default")), *(Choice(n, n) for n in names)]


def _is_unavailable(choice: Choice) -> bool:
    return bool(choice.unavailable_reason)


def _reported(figures: Iterable[int | None]) -> list[int]:
    return [figure for figure in figures if figure is not None]


def _sum(figures: Iterable[int | None]) -> int | None:
    reported = _reported(figures)
    return sum(reported) if reported else None


# -- clusters

_DISABLED = gettext_lazy("It is disabled.")
_CREATION_DISABLED = gettext_lazy("It doesn't accept new machines.")
_READ_ONLY = gettext_lazy("This site has read-only access to it.")
_NOT_RESPONDING = gettext_lazy("It isn't responding.")
_NOT_READ = gettext_lazy("It hasn't been read yet.")


def cluster_choices(
    snapshots: Sequence[Snapshot], *, fast_first: bool = False
) -> list[Choice]:
    """Return all clusters as choices, available ones first.

    With ``fast_first``, clusters with fast creation precede the others.
    """
    ordered = sorted(
        snapshots,
        key=lambda snapshot: (
            bool(cluster_unavailable_reason(snapshot)),
            fast_first and not snapshot.cluster.fast_create,
            snapshot.cluster.slug,
        ),
    )
    return [
        Choice(
            snapshot.cluster.slug,
            snapshot.cluster.slug,
            cluster_unavailable_reason(snapshot),
            snapshot.cluster.description,
        )
        for snapshot in ordered
    ]


def closed_reason(cluster: Cluster) -> Text:
    """Return why no instance may be created on a cluster, by its settings, or ""."""
    if cluster.disabled:
        return _DISABLED
    if cluster.disable_instance_creation:
        return _CREATION_DISABLED
    return _READ_ONLY if cluster.can_write is False else ""


def cluster_unavailable_reason(snapshot: Snapshot) -> Text:
    """Return why no instance can be created on a cluster now, or ""."""
    if reason := closed_reason(snapshot.cluster):
        return reason
    if snapshot.contents is None:
        return _NOT_READ
    return _NOT_RESPONDING if snapshot.down else unsupported_reason(snapshot.contents)


def unsupported_reason(contents: Contents) -> Text:
    """Return why its Ganeti version does not support creating instances, or ""."""
    if contents.can(Capability.TAGS_FOR_NEW):
        return ""
    return texts.version_required(Capability.TAGS_FOR_NEW)
