"""Query string of the list of applications."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.web.lists import LONGEST, SIZES, Chip, Listed, number
from apps.web.stored_text import Text

from ..states import Status
from . import labels

COLUMNS = ("name", "status", "applicant", "memory", "vcpus", "disk", "cluster", "filed")
STAFF_COLUMNS = frozenset({"applicant"})
NEWEST_FIRST = "-filed"


@dataclass(frozen=True, slots=True)
class ApplicationQuery(Listed):
    """Filters, order and page from the query string; invalid values are ignored."""

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
        size = number(text("size"), 50)
        return cls(
            q=text("q"),
            status=status if status in labels.STATES_OF else "",
            sort=sort if sort.removeprefix("-") in columns(staff=staff) else "-filed",
            page=max(1, number(text("page"), 1)),
            size=size if size in SIZES else 50,
        )

    @property
    def states(self) -> frozenset[Status]:
        return labels.STATES_OF[self.status]

    @property
    def filtered(self) -> bool:
        return bool(self.q or self.status)

    def chips(self) -> Iterator[Chip]:
        criteria: dict[str, tuple[Text, Text]] = {
            "q": (_("Search"), self.q),
            "status": (_("Status"), labels.LABELS.get(self.status, "")),
        }
        for key, (label, value) in criteria.items():
            if value:
                yield Chip(label, value, self.address(**{key: ""}))


def columns(*, staff: bool) -> list[str]:
    return [key for key in COLUMNS if staff or key not in STAFF_COLUMNS]
