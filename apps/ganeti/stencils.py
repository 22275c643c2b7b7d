"""Draws rows of the table by their template, at the price of a format string.

Most rows of a page differ in their texts alone. The template is drawn once for each
shape of row (which parts it has, in which language and columns) with a sign in place of
each text; every further row of that shape only has its own texts put in.
"""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from .tables import Column, Row

TEMPLATE = "ganeti/_instance_row.html"
TEXTS = (
    *("key", "name", "url", "cluster", "node", "node_short", "state", "memory"),
    *("disk", "vcpus", "ip", "more_ips", "ips", "job_key", "doing", "age", "why_not"),
)
MOST_KEPT = 5000

# Characters for private use, which no text of a cluster has any business to contain.
_SIGN = "\ue000{}\ue001"
_SIGNS = re.compile("\ue000(\\d+)\ue001")
_KNOWN: dict[Any, "Stencil"] = {}


@dataclass(frozen=True, slots=True)
class Stencil:
    """Markup with holes, and which text goes into each."""

    pattern: str
    holes: tuple[int, ...]

    @classmethod
    def cut(cls, markup: str) -> "Stencil":
        pattern = _SIGNS.sub("%s", markup.replace("%", "%%"))
        return cls(pattern, tuple(int(n) for n in _SIGNS.findall(markup)))

    def fill(self, texts: Sequence[str]) -> str:
        escaped = [html.escape(text) for text in texts]
        return self.pattern % tuple(escaped[hole] for hole in self.holes)


def draw(rows: Iterable[Row], columns: Sequence[Column]) -> SafeString:
    """Return the markup of rows with the columns given."""
    show = tuple(column.key for column in columns)
    about = (get_language(), show)
    return SafeString("".join(_stencil(row, about).fill(_texts(row)) for row in rows))


def _texts(row: Row) -> list[str]:
    owners = [text for owner in row.owners for text in (owner.name, owner.address)]
    return [*(getattr(row, name) for name in TEXTS), *owners]


def _stencil(row: Row, about: tuple[str | None, tuple[str, ...]]) -> Stencil:
    shape = (about, _shape(row))
    known = _KNOWN.get(shape)
    if known is None:
        if len(_KNOWN) >= MOST_KEPT:
            _KNOWN.clear()
        known = _KNOWN[shape] = _cut(row, about[1])
    return known


def _shape(row: Row) -> tuple[Any, ...]:
    """Return all that the template tests or writes without escaping a text."""
    return (
        *(bool(getattr(row, name)) for name in TEXTS),
        tuple((each.group, each.known, bool(each.address)) for each in row.owners),
        row.marks,
        row.dot,
        row.startup,
        row.shutdown,
        row.reboot,
    )


def _cut(row: Row, show: tuple[str, ...]) -> Stencil:
    signs: dict[str, Any] = {
        name: _SIGN.format(number) if getattr(row, name) else ""
        for number, name in enumerate(TEXTS)
    }
    owners = tuple(
        replace(
            owner,
            name=_SIGN.format(at),
            address=_SIGN.format(at + 1) if owner.address else "",
        )
        for at, owner in zip(count(len(TEXTS), 2), row.owners, strict=False)
    )
    sample = replace(row, owners=owners, **signs)
    context = {"row": sample, "show": dict.fromkeys(show, True)}
    return Stencil.cut(get_template(TEMPLATE).render(context))
