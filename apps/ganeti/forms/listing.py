"""The list of machines as its address asks for it, and addresses of its neighbours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..display import labels
from ..domain.instance import State
from ..reads import inventory
from ..reads.inventory import Criteria

Words = str | Promise

SIZES = (20, 50, 100)
LONGEST = 200

# Several states under one name, for who looks for what is wrong.
TROUBLE = "trouble"
STATES_OF: dict[str, frozenset[State]] = {
    **{state.value: frozenset({state}) for state in State},
    TROUBLE: frozenset(State) - {State.RUNNING, State.STOPPED, State.OFFLINE},
}
STATE_LABELS: dict[str, Words] = {
    TROUBLE: _("Not as it should be"),
    **{state.value: label for state, label in labels.STATES.items()},
}


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter; ``without`` is the address of the list without it."""

    label: Words
    value: Words
    without: str


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


@dataclass(frozen=True, slots=True)
class Asked(Listed):
    """What the address asks for; whatever makes no sense is as if it were not there."""

    q: str = ""
    cluster: str = ""
    state: str = ""
    mark: str = ""
    node: str = ""
    owner: str = ""
    sort: str = "name"
    page: int = 1
    size: int = 50

    @classmethod
    def read(cls, query: QueryDict, *, staff: bool) -> Self:
        """Read the address; nodes and owners are the business of staff alone."""

        def text(key: str) -> str:
            return query.get(key, "").strip()[:LONGEST]

        sort = text("sort")
        state, mark = text("state"), text("mark")
        size = number(text("size"), 50)
        return cls(
            q=text("q"),
            cluster=text("cluster"),
            state=state if state in STATES_OF else "",
            mark=mark if mark in inventory.MARKS else "",
            node=text("node") if staff else "",
            owner=text("owner") if staff else "",
            sort=sort if sort.removeprefix("-") in inventory.SORT_KEYS else "name",
            page=max(1, number(text("page"), 1)),
            size=size if size in SIZES else 50,
        )

    @property
    def criteria(self) -> Criteria:
        return Criteria(
            search=self.q,
            cluster=self.cluster,
            node=self.node,
            states=STATES_OF[self.state] if self.state else frozenset(),
            owner=self.owner,
            mark=self.mark,
            sort=self.column,
            descending=self.descending,
            page=self.page,
            size=self.size,
        )

    @property
    def filtered(self) -> bool:
        return self.criteria.filtered

    def chips(self) -> Iterator[Chip]:
        criteria: Mapping[str, tuple[Words, Words]] = {
            "q": (_("Search"), self.q),
            "cluster": (_("Cluster"), self.cluster),
            "state": (_("State"), STATE_LABELS.get(self.state, "")),
            "mark": (_("Mark"), labels.MARKS.get(self.mark, "")),
            "node": (_("Node"), self.node),
            "owner": (_("Owner"), self.owner),
        }
        for key, (label, value) in criteria.items():
            if value:
                yield Chip(label, value, self.address(**{key: ""}))


def number(text: str, otherwise: int) -> int:
    """Return a figure of an address, as far as it is one."""
    return (
        int(text)
        if text.isascii() and text.isdecimal() and len(text) < 9
        else otherwise
    )
