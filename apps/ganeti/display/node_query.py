"""State of the list of nodes in its URL."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.web.lists import LONGEST, Chip, Listed, number
from apps.web.stored_text import Text

from ..reads.nodes import SORT_KEYS, NodeCriteria
from .node_labels import ROLES


@dataclass(frozen=True, slots=True)
class NodeQuery(Listed):
    """Search, filters, order and page in the URL; invalid values count as absent."""

    q: str = ""
    role: str = ""
    cluster: str = ""
    group: str = ""
    sort: str = "name"
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        def text(key: str) -> str:
            return query.get(key, "").strip()[:LONGEST]

        role, sort = text("role"), text("sort")
        return cls(
            q=text("q"),
            role=role if role in ROLES else "",
            cluster=text("cluster"),
            group=text("group"),
            sort=sort if sort.removeprefix("-") in SORT_KEYS else "name",
            page=max(1, number(text("page"), 1)),
        )

    @property
    def criteria(self) -> NodeCriteria:
        return NodeCriteria(
            search=self.q,
            role=self.role,
            cluster=self.cluster,
            group=self.group,
            sort=self.column,
            descending=self.descending,
            page=self.page,
        )

    @property
    def filtered(self) -> bool:
        return bool(self.q or self.role or self.cluster or self.group)

    def chips(self) -> Iterator[Chip]:
        filters: dict[str, tuple[Text, Text]] = {
            "q": (_("Search"), self.q),
            "role": (_("Role"), ROLES.get(self.role, "")),
            "cluster": (_("Cluster"), self.cluster),
            "group": (_("Node group"), self.group),
        }
        for key, (label, value) in filters.items():
            if value:
                yield Chip(label, value, self.address(**{key: ""}))
