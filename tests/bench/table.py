"""Figures, what they should be, and the one table that shows them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

HEADS = ("", "median", "spread", "ratio", "target", "met")


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of the table; ``met`` None: there is no target."""

    what: str
    median: str
    spread: str = ""
    ratio: str = ""
    target: str = ""
    met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        met = {True: "yes", False: "NO", None: ""}[self.met]
        return self.what, self.median, self.spread, self.ratio, self.target, met


@dataclass(frozen=True, slots=True)
class Samples:
    """Repeated measurements of one thing, in seconds or in anything else."""

    values: Sequence[float]

    @property
    def median(self) -> float:
        return median(self.values)

    def share(self, part: float) -> float:
        """Return what ``part`` of the values do not exceed."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]

    def spread(self, show: Callable[[float], str]) -> str:
        return f"{show(min(self.values))} … {show(max(self.values))}"


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def seconds(value: float) -> str:
    return f"{value:.2f} s"


def times(ratio: float) -> str:
    return f"{ratio:.2f} x"


def timed(
    what: str,
    samples: Samples,
    against: Samples | None = None,
    at_most: float | None = None,
) -> Line:
    """Show times, as a multiple of others where there are any."""
    ratio = samples.median / against.median if against else None
    return Line(
        what,
        milliseconds(samples.median),
        samples.spread(milliseconds),
        ratio=times(ratio) if ratio else "",
        target=f"≤ {at_most:g} x" if at_most else "",
        met=ratio <= at_most if ratio and at_most else None,
    )


def figure(
    what: str,
    value: float,
    unit: str = "",
    *,
    at_most: float | None = None,
    places: int = 0,
    spread: str = "",
) -> Line:
    """Show a figure that is no time of repeated runs."""
    space = " " if unit else ""
    return Line(
        what,
        f"{value:,.{places}f}{space}{unit}",
        spread,
        target=f"≤ {at_most:,g}{space}{unit}" if at_most is not None else "",
        met=value <= at_most if at_most is not None else None,
    )


def written(parts: Sequence[tuple[str, Sequence[Line]]]) -> Iterable[str]:
    """Lay the table out, part by part."""
    rows = [line.cells for _title, lines in parts for line in lines]
    widths = [max(map(len, column)) for column in zip(HEADS, *rows, strict=True)]
    yield _laid_out(HEADS, widths)
    for title, lines in parts:
        yield title
        for line in lines:
            yield _laid_out(line.cells, widths)


def _laid_out(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = cells
    others = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
    return "  ".join([f"  {first.ljust(widths[0])}", *others]).rstrip()
