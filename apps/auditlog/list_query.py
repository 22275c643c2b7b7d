"""Query string of the history."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.web.lists import Chip
from apps.web.stored_text import Text

from . import labels, outcomes
from .models import AuditEntry, Targets, about
from .target import TargetKind

MAX_LENGTH = 200
MAX_ID_LENGTH = 36
MAX_TARGETS = 10


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """Filters and page from the query string; invalid values are ignored."""

    q: str = ""
    action: str = ""
    outcome: str = ""
    cluster: str = ""
    # Each as "kind:id"; entries about any of them match.
    targets: tuple[str, ...] = ()
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        def text(key: str) -> str:
            return query.get(key, "").strip()[:MAX_LENGTH].replace("\x00", "")

        action, outcome, page = text("action"), text("outcome"), text("page")
        number = page.isascii() and page.isdecimal() and len(page) < 9
        return cls(
            q=text("q"),
            action=action if action in labels.registered() else "",
            outcome=outcome if outcome in outcomes.filters() else "",
            cluster=text("cluster"),
            targets=_targets(query.getlist("target")),
            page=int(page) if number else 1,
        )

    @property
    def filtered(self) -> bool:
        return self != replace(type(self)(), page=self.page)

    def condition(self) -> Q:
        """Return the condition of matching entries."""
        condition = Q()
        for word in self.q.split():
            condition &= (
                Q(username__icontains=word)
                | Q(target_name__icontains=word)
                | Q(cluster__icontains=word)
                | Q(detail__icontains=word)
                | Q(action__icontains=word)
            )
        if self.action:
            condition &= Q(action=self.action)
        if self.cluster:
            condition &= Q(cluster=self.cluster)
        if self.outcome:
            condition &= outcomes.filters()[self.outcome][1]
        if self.targets:
            condition &= about(self._by_kind())
        return condition

    def _by_kind(self) -> Targets:
        ids: dict[TargetKind, list[str]] = {}
        for target in self.targets:
            kind, _colon, key = target.partition(":")
            ids.setdefault(TargetKind(kind), []).append(key)
        return ids

    def address(self, **changes: Any) -> str:
        """Return the query string of this query with some values changed."""
        values: dict[str, Any] = {
            "q": self.q,
            "action": self.action,
            "outcome": self.outcome,
            "cluster": self.cluster,
            "target": self.targets,
            **changes,
        }
        parameters = {k: v for k, v in values.items() if v and (k, v) != ("page", 1)}
        return f"?{urlencode(parameters, doseq=True)}" if parameters else "?"

    def chips(self, visible: QuerySet[AuditEntry]) -> Iterator[Chip]:
        """Yield the active filters."""
        criteria: dict[str, tuple[Text, Text]] = {
            "q": (_("Search"), self.q),
            "action": (_("Action"), labels.label_for(self.action)),
            "outcome": (_("Outcome"), outcomes.filters().get(self.outcome, ("",))[0]),
            "cluster": (_("Cluster"), self.cluster),
            "target": (_("Target"), self._target_name(visible)),
        }
        for key, (label, value) in criteria.items():
            if value:
                yield Chip(label, value, self.address(**{key: ""}))

    def _target_name(self, visible: QuerySet[AuditEntry]) -> str:
        """Return the name in the newest visible entry about the targets."""
        if not self.targets:
            return ""
        names = visible.filter(about(self._by_kind())).values_list(
            "target_name", flat=True
        )
        return names.first() or self.targets[0]


def _targets(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the valid targets among the texts, at most MAX_TARGETS."""
    parts = (text.partition(":") for text in texts)
    targets = (
        f"{kind}:{key}"
        for kind, _colon, key in parts
        if kind in TargetKind.values and key and len(key) <= MAX_ID_LENGTH
    )
    return tuple(dict.fromkeys(islice(targets, MAX_TARGETS)))
