"""Ganeti's instance policy (ipolicy)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from . import values


@dataclass(frozen=True, slots=True)
class SizeLimits:
    """The limits of a size, and the requested value."""

    size: str  # Ganeti's name: memory-size, disk-size, cpu-count
    smallest: int
    largest: int | None
    requested: int

    @property
    def is_met(self) -> bool:
        largest = self.requested if self.largest is None else self.largest
        return self.smallest <= self.requested <= largest


@dataclass(frozen=True, slots=True)
class Bounds:
    """The smallest and largest value of each size, by Ganeti's name."""

    smallest: Mapping[str, int]
    largest: Mapping[str, int]

    def violations(self, sizes: Mapping[str, int]) -> tuple[SizeLimits, ...]:
        """Return the limits that sizes violate."""
        limits = [
            SizeLimits(name, self.smallest.get(name, 0), self.largest.get(name), size)
            for name, size in sizes.items()
        ]
        return tuple(limit for limit in limits if not limit.is_met)


@dataclass(frozen=True, slots=True)
class Policy:
    """The instance policy of a cluster, or of a node group with what it inherits.

    An instance must be within one of the bounds; without bounds, it may have any size.
    """

    disk_templates: tuple[str, ...] = ()
    bounds: tuple[Bounds, ...] = ()

    @classmethod
    def from_rapi(cls, ipolicy: Mapping[str, Any] | None) -> Self:
        """Build from ``ipolicy``; versions before 2.10 have one pair of bounds.

        Raises UnreadableError.
        """
        policy = ipolicy or {}
        pairs = policy.get("minmax") or ([policy] if "max" in policy else [])
        if isinstance(pairs, Mapping):
            pairs = [pairs]
        return cls(
            disk_templates=values.texts(
                policy, "disk-templates", values.MAX_TEMPLATE_LENGTH
            ),
            bounds=tuple(map(_bounds, values.items({"minmax": pairs}, "minmax"))),
        )

    def violations(self, sizes: Mapping[str, int]) -> tuple[SizeLimits, ...]:
        """Return the violated limits of the bounds with the fewest violations."""
        violations = [bounds.violations(sizes) for bounds in self.bounds]
        return min(violations, key=len, default=())


def _bounds(pair: object) -> Bounds:
    if not isinstance(pair, Mapping):
        raise values.UnreadableError("minmax", pair)
    return Bounds(_sizes(pair, "min"), _sizes(pair, "max"))


def _sizes(pair: Mapping[str, Any], end: str) -> dict[str, int]:
    sizes = values.mapping(pair, end)
    integers = {size: values.integer(sizes, size) for size in sizes}
    return {size: number for size, number in integers.items() if number is not None}


UNRESTRICTED = Policy()
