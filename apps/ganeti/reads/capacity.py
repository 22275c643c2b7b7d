"""Figures of clusters and node groups, computed once for each generation."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..domain.capacity import (
    Amount,
    LargestInstance,
    disk_of,
    largest_instance,
    largest_mirrored,
    memory_of,
)
from ..domain.instance import Instance, State
from ..domain.node import Node, NodeGroup
from ..state.snapshots import Contents
from .per_contents import PerContents

_STOPPED = frozenset({State.STOPPED, State.OFFLINE})


@dataclass(frozen=True, slots=True)
class GroupCapacity:
    """A node group with the resources of the nodes that take new instances."""

    group: NodeGroup
    members: Sequence[Node]
    nodes: Sequence[Node]
    memory: Amount
    disk: Amount
    cpus: int
    vcpus: int
    instances: int
    fits: LargestInstance | None
    fits_mirrored: LargestInstance | None


@dataclass(frozen=True, slots=True)
class ClusterCapacity:
    """A cluster's nodes, instances and resources."""

    groups: Sequence[GroupCapacity]
    nodes: int
    offline: int
    drained: int
    instances: int
    running: int
    stopped: int
    failing: int
    memory: Amount
    disk: Amount
    cpus: int
    vcpus: int

    @property
    def best(self) -> GroupCapacity | None:
        """The group that takes the largest instance; None if none takes any."""
        return max(
            (group for group in self.groups if group.fits or group.fits_mirrored),
            key=_memory_that_fits,
            default=None,
        )


def _memory_that_fits(group: GroupCapacity) -> int:
    sizes = (group.fits, group.fits_mirrored)
    return max(size.memory_mib for size in sizes if size is not None)


def takes_instances(group: NodeGroup) -> bool:
    """Return whether Ganeti and we put new instances in a group."""
    return not group.locked and group.alloc_policy != "unallocable"


def instances_on(contents: Contents, nodes: Iterable[Node]) -> list[Instance]:
    """Return the primary instances of nodes."""
    return [
        instance
        for node in nodes
        for instance in contents.by_primary_node.get(node.name, ())
    ]


def group_capacity(contents: Contents, group: NodeGroup) -> GroupCapacity:
    members = [node for node in contents.nodes.values() if node.group == group.name]
    nodes = [node for node in members if node.takes_machines]
    targets = nodes if takes_instances(group) else []
    enabled = set(contents.info.disk_templates or contents.info.policy.disk_templates)
    allowed = group.policy.disk_templates
    templates = enabled & set(allowed) if allowed else enabled
    return GroupCapacity(
        group=group,
        members=members,
        nodes=nodes,
        memory=memory_of(nodes),
        disk=disk_of(nodes),
        cpus=sum(node.cpus or 0 for node in nodes),
        vcpus=sum(instance.vcpus for instance in instances_on(contents, nodes)),
        instances=len(instances_on(contents, members)),
        fits=largest_instance(targets, group.policy, templates),
        fits_mirrored=largest_mirrored(targets, group.policy, templates),
    )


def _cluster_capacity(_slug: str, contents: Contents) -> ClusterCapacity:
    nodes, instances = contents.nodes.values(), contents.instances.values()
    states = Counter(instance.state for instance in instances)
    running = states[State.RUNNING]
    stopped = sum(states[state] for state in _STOPPED)
    groups = sorted(contents.groups.values(), key=lambda group: group.name)
    return ClusterCapacity(
        groups=[group_capacity(contents, group) for group in groups],
        nodes=len(nodes),
        offline=sum(node.offline for node in nodes),
        drained=sum(node.drained for node in nodes),
        instances=len(instances),
        running=running,
        stopped=stopped,
        failing=len(instances) - running - stopped,
        memory=memory_of(nodes),
        disk=disk_of(nodes),
        cpus=sum(node.cpus or 0 for node in nodes),
        vcpus=sum(instance.vcpus for instance in instances),
    )


_capacities = PerContents(_cluster_capacity)


def capacity_of(slug: str, contents: Contents) -> ClusterCapacity:
    return _capacities.of(slug, contents)
