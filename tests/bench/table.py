"""Figures, their targets, and the table that shows them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

HEADS = ("", "median", "spread", "ratio", "target", "met")


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of the table; ``met`` is None without a target."""

    label: str
    median: str
    spread: str = ""
    ratio: str = ""
    target: str = ""
    met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        met = {True: "yes", False: "NO", None: ""}[self.met]
        return self.label, self.median, self.spread, self.ratio, self.target, met


@dataclass(frozen=True, slots=True)
class Samples:
    """Repeated measurements, in seconds or any other unit."""

    values: Sequence[float]

    @property
    def median(self) -> float:
        return median(self.values)

    def quantile(self, fraction: float) -> float:
        """Return the value that this fraction of the values does not exceed."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]

    def spread(self, show: Callable[[float], str]) -> str:
        return f"{show(min(self.values))} … {show(max(self.values))}"


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def seconds(value: float) -> str:
    return f"{value:.2f} s"


def multiple(ratio: float) -> str:
    return f"{ratio:.2f} x"


def timing_line(
    label: str,
    samples: Samples,
    baseline: Samples | None = None,
    at_most: float | None = None,
) -> Line:
    """Return a line of times, compared with a baseline if given."""
    ratio = samples.median / baseline.median if baseline else None
    return Line(
        label,
        milliseconds(samples.median),
        samples.spread(milliseconds),
        ratio=multiple(ratio) if ratio else "",
        target=f"≤ {at_most:g} x" if at_most else "",
        met=ratio <= at_most if ratio and at_most else None,
    )


def figure_line(
    label: str,
    value: float,
    unit: str = "",
    *,
    at_most: float | None = None,
    places: int = 0,
    spread: str = "",
) -> Line:
    """Return a line of a single figure."""
    space = " " if unit else ""
    return Line(
        label,
        f"{value:,.{places}f}{space}{unit}",
        spread,
        target=f"≤ {at_most:,g}{space}{unit}" if at_most is not None else "",
        met=value <= at_most if at_most is not None else None,
    )


def format_table(parts: Sequence[tuple[str, Sequence[Line]]]) -> Iterable[str]:
    """Yield the lines of the table, part by part."""
    rows = [line.cells for _title, lines in parts for line in lines]
    widths = [max(map(len, column)) for column in zip(HEADS, *rows, strict=True)]
    yield _format_row(HEADS, widths)
    for title, lines in parts:
        yield title
        for line in lines:
            yield _format_row(line.cells, widths)


def _format_row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *figures = cells
    padded = (
        cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True)
    )
    return "  ".join([f"  {first.ljust(widths[0])}", *padded]).rstrip()
