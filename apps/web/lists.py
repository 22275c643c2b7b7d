"""Queries of lists in URLs, and what list pages show around the rows.

Search, filters, order and page of a list stand in its address.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page

from .stored_text import Text

SIZES = (20, 50, 100)
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter; ``without`` is the address of the list without it."""

    label: Text
    value: Text
    without: str


class Choices(dict[str, Text]):
    """What may be chosen, with labels; one of these lasts as long as the process.

    Fragments are kept by which one it is (`apps.web.fragments`).
    """

    __hash__ = object.__hash__  # type: ignore[assignment]  # dict has none


class Listed:
    """The order that a list is asked for in, and the addresses of lists like it.

    Of a dataclass whose fields are what stands in the address, ``sort`` and ``page``
    among them, with the plain list's for defaults.
    """

    __slots__: tuple[str, ...] = ()
    sort: str

    @property
    def column(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    def values(self) -> dict[str, Any]:
        """Return the values that differ from the defaults."""
        plain = type(self)()
        return {
            name: value
            for name in self.__slots__
            if (value := getattr(self, name)) != getattr(plain, name)
        }

    def address(self, **changes: Any) -> str:
        """Return the query of a list like this one but for the changes.

        Filtering or sorting starts at the first page again.
        """
        return _address(self, tuple(changes.items()))

    def sorted_by(self, column: str) -> str:
        """Return the address of this list by a column, reversed if it is already so."""
        reverse = column == self.column and not self.descending
        return self.address(sort=f"-{column}" if reverse else column)


# A list has about twenty addresses, of its heads, pages and sizes.
@lru_cache(maxsize=2000)
def _address(query: Listed, items: tuple[tuple[str, Any], ...]) -> str:
    changes = dict(items)
    values = {**query.values(), **changes}
    if changes and "page" not in changes:
        values.pop("page", None)
    plain = type(query)()
    shown = {k: v for k, v in values.items() if v != getattr(plain, k)}
    return f"?{urlencode(shown)}" if shown else "?"


def number(text: str, otherwise: int) -> int:
    """Return a number from a URL, or ``otherwise`` if it is invalid."""
    return (
        int(text)
        if text.isascii() and text.isdecimal() and len(text) < 9
        else otherwise
    )


@dataclass(frozen=True, slots=True)
class Column:
    """A column that users may choose; ``staff`` ones are for staff only."""

    key: str
    label: Text
    number: bool = False
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column; ``address`` sorts by it."""

    key: str
    label: Text
    number: bool
    address: str
    order: str  # as aria-sort says it; empty where the table is sorted otherwise


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link to another page; number 0 stands for those left out."""

    number: int
    address: str
    current: bool = False


Address = Callable[[str], str]


def heads_of(
    columns: Sequence[Column], *, sorted_by: Address, order: str
) -> tuple[Head, ...]:
    """Return the heads; ``order`` is a column, with "-" before it if descending."""
    sorted_column = order.removeprefix("-")
    direction = "descending" if order.startswith("-") else "ascending"
    return tuple(
        Head(
            key=column.key,
            label=column.label,
            number=column.number,
            address=sorted_by(column.key),
            order=direction if column.key == sorted_column else "",
        )
        for column in columns
    )


def page_links(page: Page[Any], address: Callable[[int], str]) -> tuple[PageLink, ...]:
    """Return links to the first page, the last, and those next to this one."""
    if not page.has_other_pages():
        return ()
    numbers = page.paginator.get_elided_page_range(
        page.number, on_each_side=1, on_ends=1
    )
    return tuple(
        PageLink(number, address(number), number == page.number)
        if isinstance(number, int)
        else PageLink(0, "")
        for number in numbers
    )
