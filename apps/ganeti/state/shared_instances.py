"""Instances stay the same objects in a process for as long as they are equal.

Whoever replaces what is known passes it through ``old_if_equal``: each instance when it
is read from the RAPI, and the mapping of a cluster's instances when it comes into the
memory of the process. So a mapping that is another object holds other instances, and
what was worked out from one is good while the mapping is the same object: sort keys are
kept by the instances themselves, lists over all clusters by ``Derived``. To compare ten
thousand instances by value would cost every page more than to make it.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import is_
from typing import Generic, TypeVar

from ..domain.instance import Instance

Value = TypeVar("Value")
Instances = Mapping[str, Instance]


def old_if_equal(old: Value | None, new: Value) -> Value:
    """Return the old object if it equals the new one, else the new one."""
    return old if old is not None and old == new else new


class Derived(Generic[Value]):
    """A value made of the instances of clusters, kept until one of them changes."""

    def __init__(self, make: Callable[[Sequence[Instances]], Value]) -> None:
        self._make = make
        # Replaced as a whole, so that threads need no lock.
        self._kept: tuple[Sequence[Instances], Value] | None = None

    def of(self, clusters: Sequence[Instances]) -> Value:
        """Return the value made of the instances of these clusters."""
        kept = self._kept
        if kept is None or not _same(kept[0], clusters):
            kept = self._kept = (clusters, self._make(clusters))
        return kept[1]


def _same(old: Sequence[Instances], new: Sequence[Instances]) -> bool:
    return len(old) == len(new) and all(map(is_, old, new))
