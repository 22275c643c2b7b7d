"""The history as its address asks for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.web.stored_text import Text

from . import labels
from .outcomes import Subject

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; whatever makes no sense is as if it were not there."""

    q: str = ""
    action: str = ""
    outcome: str = ""
    cluster: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict, subject: Subject) -> Self:
        def text(key: str) -> str:
            return query.get(key, "").strip()[:LONGEST].replace("\x00", "")

        action, outcome, page = text("action"), text("outcome"), text("page")
        number = page.isascii() and page.isdecimal() and len(page) < 9
        return cls(
            q=text("q"),
            action=action if action in labels.registered() else "",
            outcome=outcome if outcome in subject.outcomes else "",
            cluster=text("cluster"),
            page=int(page) if number else 1,
        )

    @property
    def filtered(self) -> bool:
        return bool(self.q or self.action or self.outcome or self.cluster)

    def condition(self, subject: Subject) -> Q:
        """Return which entries are wanted."""
        wanted = Q()
        for word in self.q.split():
            wanted &= (
                Q(username__icontains=word)
                | Q(instance__icontains=word)
                | Q(cluster__icontains=word)
                | Q(detail__icontains=word)
                | Q(action__icontains=word)
            )
        if self.action:
            wanted &= Q(action=self.action)
        if self.cluster:
            wanted &= Q(cluster=self.cluster)
        if self.outcome:
            wanted &= subject.outcomes[self.outcome][1]
        return wanted

    def address(self, **changes: Any) -> str:
        """Return the query of a history like this one but for the changes."""
        values: dict[str, Any] = {
            "q": self.q,
            "action": self.action,
            "outcome": self.outcome,
            "cluster": self.cluster,
            **changes,
        }
        kept = {k: v for k, v in values.items() if v and (k, v) != ("page", 1)}
        return f"?{urlencode(kept)}" if kept else "?"

    def chips(self, subject: Subject) -> Iterator[tuple[Text, Text, str]]:
        """Yield the active filters: label, value, the address without it."""
        criteria: dict[str, tuple[Text, Text]] = {
            "q": (_("Search"), self.q),
            "action": (_("Action"), labels.label_for(self.action)),
            "outcome": (_("Outcome"), subject.outcomes.get(self.outcome, ("",))[0]),
            "cluster": (_("Cluster"), self.cluster),
        }
        for key, (label, value) in criteria.items():
            if value:
                yield label, value, self.address(**{key: ""})
