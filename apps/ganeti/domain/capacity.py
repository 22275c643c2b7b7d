"""Resources of nodes and groups, and the largest instance that still fits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from .creation import DRBD
from .node import Node
from .policy import Bounds, Policy

# Disk templates whose disks are on the node of the instance.
_ON_NODE = frozenset({"plain", "file", DRBD})
_ANY_SIZE = Bounds({}, {})


@dataclass(frozen=True, slots=True)
class Amount:
    """Memory or disk in MiB of nodes that report it."""

    total: int = 0
    free: int = 0

    @classmethod
    def sum(cls, pairs: Iterable[tuple[int | None, int | None]]) -> Self:
        """Add up pairs of total and free, without those that are not reported."""
        reported = [
            (total, free) for total, free in pairs if total and free is not None
        ]
        return cls(
            sum(total for total, _ in reported), sum(free for _, free in reported)
        )

    @property
    def used(self) -> int:
        return max(0, self.total - self.free)

    @property
    def percent(self) -> int:
        return min(100, self.used * 100 // self.total) if self.total > 0 else 0


@dataclass(frozen=True, slots=True, order=True)
class LargestInstance:
    """Sizes of an instance that fits, in order of importance; None: no limit known."""

    memory_mib: int
    disk_mib: int | None
    vcpus: int | None


def memory_of(nodes: Iterable[Node]) -> Amount:
    return Amount.sum((node.memory_total_mib, node.memory_free_mib) for node in nodes)


def disk_of(nodes: Iterable[Node]) -> Amount:
    return Amount.sum((node.disk_total_mib, node.disk_free_mib) for node in nodes)


def largest_instance(
    nodes: Sequence[Node], policy: Policy, templates: Iterable[str]
) -> LargestInstance | None:
    """Return the largest instance on one of the nodes that fits in the policy.

    None if no node reports its free memory, if the policy allows nothing that small, or
    if all of the templates need two nodes.
    """
    templates = set(templates) - {DRBD}
    if not templates:
        return None
    limited = templates <= _ON_NODE
    return _largest(
        [
            (node.memory_free_mib, node.disk_free_mib if limited else None)
            for node in nodes
            if node.memory_free_mib is not None
        ],
        policy,
    )


def largest_mirrored(
    nodes: Sequence[Node], policy: Policy, templates: Iterable[str]
) -> LargestInstance | None:
    """Return the largest instance that fits on two of the nodes, for DRBD.

    The second node needs the memory, too: the instance may be moved there.
    """
    reported = [node for node in nodes if node.memory_free_mib is not None]
    if DRBD not in templates or len(reported) < 2:
        return None
    first, second = sorted(
        reported, key=lambda node: node.memory_free_mib or 0, reverse=True
    )[:2]
    disks = [n.disk_free_mib for n in (first, second) if n.disk_free_mib is not None]
    return _largest([(second.memory_free_mib or 0, min(disks, default=None))], policy)


def _largest(
    free: Iterable[tuple[int, int | None]], policy: Policy
) -> LargestInstance | None:
    fitting = (
        _within(bounds, memory, disk)
        for memory, disk in free
        for bounds in policy.bounds or (_ANY_SIZE,)
    )
    return max(
        filter(None, fitting),
        key=lambda size: (size.memory_mib, size.disk_mib or 0),
        default=None,
    )


def _within(bounds: Bounds, memory: int, disk: int | None) -> LargestInstance | None:
    largest, smallest = bounds.largest, bounds.smallest
    memory = min(memory, largest.get("memory-size", memory))
    if memory <= 0 or memory < smallest.get("memory-size", 0):
        return None
    if (disk_limit := largest.get("disk-size")) is not None:
        disk_limit *= max(1, largest.get("disk-count", 1))
        disk = disk_limit if disk is None else min(disk, disk_limit)
    if disk is not None and disk < smallest.get("disk-size", 0):
        return None
    return LargestInstance(memory, disk, largest.get("cpu-count"))
