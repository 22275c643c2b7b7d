"""Used and total resources, with the bar that shows them."""

from dataclasses import dataclass
from typing import Any

from apps.web.fragments import Varying

from ..domain.capacity import Amount
from . import labels

# What stands where a node doesn't report a value.
NOTHING = "\N{EN DASH}"


# Shares in percent from which a bar warns.
HIGH, FULL = 80, 92


def level_of(percent: int) -> str:
    """Return how a bar of this share is drawn; the stylesheet knows these names."""
    if percent >= FULL:
        return "full"
    return "high" if percent >= HIGH else "low"


@dataclass(frozen=True, slots=True)
class Usage:
    """Memory or disk as texts in GiB, and the used share in percent."""

    used: str
    total: str
    free: str
    percent: int

    @classmethod
    def of(cls, amount: Amount) -> "Usage | None":
        """Return the usage, or None if nothing was reported."""
        if not amount.total:
            return None
        return cls(
            labels.gib(amount.used),
            labels.gib(amount.total),
            labels.gib(max(0, amount.free)),
            amount.percent,
        )

    @property
    def level(self) -> str:
        return level_of(self.percent)


def bar_values(prefix: str, amount: Amount) -> dict[str, Any]:
    """Return the values of a bar in a fragment; empty texts if not reported."""
    usage = Usage.of(amount)
    return {
        f"{prefix}_used": Varying(usage.used if usage else ""),
        f"{prefix}_total": Varying(usage.total if usage else ""),
        f"{prefix}_percent": Varying(usage.percent if usage else ""),
        f"{prefix}_level": usage.level if usage else "",
    }
