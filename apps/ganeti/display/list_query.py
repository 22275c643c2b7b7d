"""State of the instance list in its URL, and URLs of the lists next to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.web.fragments import Varying
from apps.web.lists import LONGEST, SIZES, Chip, Choices, Listed, number
from apps.web.stored_text import Text

from ..domain.instance import State
from ..reads import inventory
from ..reads.inventory import Criteria
from . import labels

# Several states under one name, for who looks for what is wrong.
TROUBLE = "trouble"
STATES_OF: dict[str, frozenset[State]] = {
    **{state.value: frozenset({state}) for state in State},
    TROUBLE: frozenset(State) - {State.RUNNING, State.STOPPED, State.OFFLINE},
}
STATE_LABELS = Choices(
    {
        TROUBLE: _("Unexpected state"),
        **{state.value: label for state, label in labels.STATES.items()},
    }
)


@dataclass(frozen=True, slots=True)
class InstanceQuery(Listed):
    """Search, filters, order and page in the URL; invalid values count as absent."""

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
        """Read the address; nodes and owners are for staff only."""

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

    @property
    def filter_values(self) -> dict[str, Any]:
        """Return what the fragment of the filters is made of, whatever there is."""
        return {
            "states": STATE_LABELS,
            "marks": labels.MARKS,
            "state": self.state,
            "cluster": self.cluster,
            "mark": self.mark,
            "q": Varying(self.q),
            "node": Varying(self.node),
            "owner": Varying(self.owner),
        }

    def chips(self) -> Iterator[Chip]:
        criteria: Mapping[str, tuple[Text, Text]] = {
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
