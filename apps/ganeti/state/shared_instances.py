"""Instances stay the same objects in a process for as long as they are equal.

New values go through ``reuse_if_equal``: each instance when it is read from the RAPI,
and the mapping of a cluster's instances when the process loads it. So a mapping that is
another object holds other instances, and values computed from a mapping are valid while
it is the same object: instances cache their own sort keys, and ``Derived`` caches lists
over all clusters. Comparing ten thousand instances by value would cost each page more
time than rendering it.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import is_
from typing import Generic, TypeVar

from ..domain.instance import Instance

Value = TypeVar("Value")
Instances = Mapping[str, Instance]


def reuse_if_equal(previous: Value | None, current: Value) -> Value:
    """Return the previous object if it equals the current one, else the current one."""
    return previous if previous is not None and previous == current else current


class Derived(Generic[Value]):
    """A value computed from the instances of clusters, cached until one changes."""

    def __init__(self, compute: Callable[[Sequence[Instances]], Value]) -> None:
        self._compute = compute
        # Replaced as a whole, so that threads need no lock.
        self._cached: tuple[Sequence[Instances], Value] | None = None

    def of(self, clusters: Sequence[Instances]) -> Value:
        """Return the value for the instances of these clusters."""
        cached = self._cached
        if cached is None or not _same(cached[0], clusters):
            cached = self._cached = (clusters, self._compute(clusters))
        return cached[1]


def _same(previous: Sequence[Instances], current: Sequence[Instances]) -> bool:
    return len(previous) == len(current) and all(map(is_, previous, current))
