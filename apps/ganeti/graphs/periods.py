"""Periods that graphs show, and how URLs write them: ``-1d,now``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

# As rrdtool writes times: now, a time before now, or seconds since 1970.
TIME = r"now|-\d{1,6}(?:min|mon|[smhdwy])?|\d{1,10}"
_TIME = re.compile(r"now|-(\d{1,6})(min|mon|[smhdwy])?|(\d{1,10})")

HOUR = 3600
DAY = 24 * HOUR
_UNITS = {
    None: 1,
    "s": 1,
    "m": 60,
    "min": 60,
    "h": HOUR,
    "d": DAY,
    "w": 7 * DAY,
    "mon": 31 * DAY,
    "y": 366 * DAY,
}
# What may be chosen, by its name in URLs.
SPANS: Mapping[str, str] = {
    "1h": "-1h",
    "6h": "-6h",
    "1d": "-1d",
    "1w": "-1w",
    "1mon": "-1mon",
    "1y": "-1y",
}
DEFAULT_SPAN = "1d"
LONGEST_S = 5 * 366 * DAY
# No graph has more points than this, and no value is younger than its step.
MAX_POINTS = 500
STEPS_S = (
    *(15, 30, 60, 120, 300, 600, 900, 1800),
    *(HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR),
    *(DAY, 2 * DAY, 7 * DAY),
)


class InvalidPeriod(ValueError):
    """The period is none, or too long."""


def seconds(text: str, now: int) -> int:
    """Return a time as seconds since 1970; raises InvalidPeriod."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise InvalidPeriod(text)
    count, unit, absolute = match.groups()
    if absolute:
        return int(absolute)
    return now - int(count) * _UNITS[unit] if count else now


@dataclass(frozen=True, slots=True)
class Period:
    """Evenly spaced times from ``start`` to ``end``, seconds since 1970.

    All are multiples of the step, so that requests within a step share a cached answer.
    """

    start: int
    end: int
    step: int

    @classmethod
    def read(cls, start: str, end: str, now: int) -> Self:
        """Read both ends as URLs have them; raises InvalidPeriod."""
        first, last = seconds(start, now), min(seconds(end, now), now)
        if not 0 < last - first <= LONGEST_S:
            raise InvalidPeriod(f"{start},{end}")
        step = next(
            step for step in STEPS_S if (last - first) // step + 1 <= MAX_POINTS
        )
        return cls(first - first % step, last - last % step, step)

    @property
    def times(self) -> list[int]:
        return list(range(self.start, self.end + 1, self.step))

    @property
    def rate_window(self) -> str:
        """Return a range for PromQL's rate(): the step, or five minutes if longer."""
        return f"{max(300, self.step)}s"
