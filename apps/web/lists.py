"""Lists: what their addresses say, and what their pages show around the rows.

Search, filters, order and page of a list stand in its address.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlencode

from .stored_text import Text

SIZES = (20, 50, 100)
LONGEST = 200
Row = TypeVar("Row")


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
        """Return what differs from the plain list."""
        plain = type(self)()
        return {
            name: value
            for name in self.__slots__
            if (value := getattr(self, name)) != getattr(plain, name)
        }

    def address(self, **changes: Any) -> str:
        """Return the query of a list like this one but for the changes.

        Whoever filters or sorts starts at the first page again.
        """
        merged = {**self.values(), **changes}
        if changes and "page" not in changes:
            merged.pop("page", None)
        plain = type(self)()
        kept = {k: v for k, v in merged.items() if v != getattr(plain, k)}
        return f"?{urlencode(kept)}" if kept else "?"

    def sorted_by(self, column: str) -> str:
        """Return the address of this list by a column, or the other way round."""
        turned = column == self.column and not self.descending
        return self.address(sort=f"-{column}" if turned else column)


def number(text: str, otherwise: int) -> int:
    """Return a figure of an address, as far as it is one."""
    return (
        int(text)
        if text.isascii() and text.isdecimal() and len(text) < 9
        else otherwise
    )


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list, with honest counts."""

    rows: Sequence[Row]
    number: int
    pages: int
    size: int
    matching: int
    total: int

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0


@dataclass(frozen=True, slots=True)
class Column:
    """A column that somebody may choose; ``staff`` ones are for staff alone."""

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
class Neighbour:
    """A page that one may turn to; number 0 stands for those left out."""

    number: int
    address: str
    current: bool = False


Address = Callable[[str], str]


def heads_of(
    columns: Sequence[Column], *, sorted_by: Address, order: str
) -> tuple[Head, ...]:
    """Return the heads; ``order`` is a column, with "-" before it if descending."""
    column = order.removeprefix("-")
    direction = "descending" if order.startswith("-") else "ascending"
    return tuple(
        Head(
            key=each.key,
            label=each.label,
            number=each.number,
            address=sorted_by(each.key),
            order=direction if each.key == column else "",
        )
        for each in columns
    )


class Turned(Protocol):
    """A page of a list, as far as turning to others goes."""

    @property
    def number(self) -> int: ...

    @property
    def pages(self) -> int: ...


def neighbours(page: Turned, address: Callable[[int], str]) -> tuple[Neighbour, ...]:
    """Return the first, the last, and the pages about this one."""
    if page.pages == 1:
        return ()
    near = {1, page.pages, *range(page.number - 1, page.number + 2)}
    found: list[Neighbour] = []
    for number in sorted(n for n in near if 1 <= n <= page.pages):
        if found and number > found[-1].number + 1:
            found.append(Neighbour(0, ""))
        found.append(Neighbour(number, address(number), number == page.number))
    return tuple(found)
