"""The list of applications as its address asks for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.ganeti.forms.listing import LONGEST, SIZES, Chip

from .. import words
from ..states import Status

Words = str | Promise

COLUMNS = ("name", "status", "applicant", "memory", "vcpus", "disk", "cluster", "filed")
STAFF_COLUMNS = frozenset({"applicant"})
NEWEST_FIRST = "-filed"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; whatever makes no sense is as if it were not there."""

    q: str = ""
    status: str = ""
    sort: str = NEWEST_FIRST
    page: int = 1
    size: int = 50

    @classmethod
    def read(cls, query: QueryDict, *, staff: bool) -> Self:
        def text(key: str) -> str:
            return query.get(key, "").replace("\x00", "").strip()[:LONGEST]

        sort, status = text("sort"), text("status")
        size = _number(text("size"), 50)
        return cls(
            q=text("q"),
            status=status if status in words.STATES_OF else "",
            sort=sort if sort.removeprefix("-") in columns(staff=staff) else "-filed",
            page=max(1, _number(text("page"), 1)),
            size=size if size in SIZES else 50,
        )

    @property
    def states(self) -> frozenset[Status]:
        return words.STATES_OF[self.status]

    @property
    def column(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def filtered(self) -> bool:
        return bool(self.q or self.status)

    def address(self, **changes: Any) -> str:
        """Return the query of a list like this one but for the changes.

        Whoever filters or sorts starts at the first page again.
        """
        merged = {name: getattr(self, name) for name in self.__slots__} | changes
        if changes and "page" not in changes:
            merged["page"] = 1
        kept = {k: v for k, v in merged.items() if v != _PLAIN[k]}
        return f"?{urlencode(kept)}" if kept else "?"

    def sorted_by(self, column: str) -> str:
        """Return the address of this list by a column, or the other way round."""
        turned = column == self.column and not self.descending
        return self.address(sort=f"-{column}" if turned else column)

    def chips(self) -> Iterator[Chip]:
        labels: dict[str, tuple[Words, Words]] = {
            "q": (_("Search"), self.q),
            "status": (_("Status"), words.LABELS.get(self.status, "")),
        }
        for key, (label, value) in labels.items():
            if value:
                yield Chip(label, value, self.address(**{key: ""}))


_PLAIN: dict[str, Any] = {name: getattr(Asked(), name) for name in Asked.__slots__}


def columns(*, staff: bool) -> list[str]:
    return [key for key in COLUMNS if staff or key not in STAFF_COLUMNS]


def _number(text: str, otherwise: int) -> int:
    fine = text.isascii() and text.isdecimal() and len(text) < 9
    return int(text) if fine else otherwise
