"""What Ganeti's instance policy (ipolicy) lets a machine have."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from . import values


@dataclass(frozen=True, slots=True)
class Span:
    """A size with what is allowed of it, and what was asked for."""

    size: str  # as Ganeti calls it: memory-size, disk-size, cpu-count
    smallest: int
    largest: int | None
    asked: int

    @property
    def holds(self) -> bool:
        largest = self.asked if self.largest is None else self.largest
        return self.smallest <= self.asked <= largest


@dataclass(frozen=True, slots=True)
class Bounds:
    """The smallest and the largest of each size."""

    smallest: Mapping[str, int]
    largest: Mapping[str, int]

    def broken_by(self, sizes: Mapping[str, int]) -> tuple[Span, ...]:
        """Return the sizes that are too small or too large."""
        spans = [
            Span(name, self.smallest.get(name, 0), self.largest.get(name), asked)
            for name, asked in sizes.items()
        ]
        return tuple(span for span in spans if not span.holds)


@dataclass(frozen=True, slots=True)
class Policy:
    """The instance policy of a cluster, or of a node group with what it inherits.

    A machine fits that is within any of the bounds; without any, every machine does.
    """

    disk_templates: tuple[str, ...] = ()
    bounds: tuple[Bounds, ...] = ()

    @classmethod
    def from_rapi(cls, ipolicy: Mapping[str, Any] | None) -> Self:
        """Build from ``ipolicy``; versions before 2.10 know one pair of bounds.

        Raises UnreadableError.
        """
        policy = ipolicy or {}
        pairs = policy.get("minmax") or ([policy] if "max" in policy else [])
        if isinstance(pairs, Mapping):
            pairs = [pairs]
        return cls(
            disk_templates=values.texts(
                policy, "disk-templates", values.LONGEST_TEMPLATE
            ),
            bounds=tuple(map(_bounds, values.items({"minmax": pairs}, "minmax"))),
        )

    def broken_by(self, sizes: Mapping[str, int]) -> tuple[Span, ...]:
        """Return what is too small or too large, by the bounds that come nearest."""
        found = [bounds.broken_by(sizes) for bounds in self.bounds]
        return min(found, key=len, default=())


def _bounds(pair: object) -> Bounds:
    if not isinstance(pair, Mapping):
        raise values.UnreadableError("minmax", pair)
    return Bounds(_sizes(pair, "min"), _sizes(pair, "max"))


def _sizes(pair: Mapping[str, Any], end: str) -> dict[str, int]:
    sizes = values.mapping(pair, end)
    whole = {size: values.whole(sizes, size) for size in sizes}
    return {size: number for size, number in whole.items() if number is not None}


ANYTHING = Policy()
