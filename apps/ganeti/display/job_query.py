"""State of the list of jobs in its URL."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.web.fragments import Varying
from apps.web.lists import LONGEST, Chip, Choices, Listed, number
from apps.web.stored_text import Text

from ..reads import cluster_jobs
from ..reads.cluster_jobs import ELSEWHERE, HERE, JobCriteria
from . import job_labels

STATUSES = Choices(
    {
        "waiting": pgettext_lazy("jobs", "Waiting"),
        "running": pgettext_lazy("jobs", "Running"),
        "done": pgettext_lazy("jobs", "Done"),
        "failed": pgettext_lazy("jobs", "Failed"),
        "cancelled": pgettext_lazy("jobs", "Cancelled"),
    }
)
ORIGINS = Choices({HERE: _("This site"), ELSEWHERE: _("Elsewhere")})
SORTS = frozenset(cluster_jobs.SORT_KEYS)


@dataclass(frozen=True, slots=True)
class JobQuery(Listed):
    """Search, filters, order and page in the URL; invalid values count as absent."""

    q: str = ""
    status: str = ""
    cluster: str = ""
    kind: str = ""
    origin: str = ""
    sort: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        def text(key: str) -> str:
            return query.get(key, "").strip()[:LONGEST]

        status, origin, sort = text("status"), text("origin"), text("sort")
        return cls(
            q=text("q"),
            status=status if status in STATUSES else "",
            cluster=text("cluster"),
            kind=text("kind"),
            origin=origin if origin in ORIGINS else "",
            sort=sort if sort.removeprefix("-") in SORTS else "",
            page=max(1, number(text("page"), 1)),
        )

    @property
    def criteria(self) -> JobCriteria:
        return JobCriteria(
            search=self.q,
            cluster=self.cluster,
            status=self.status,
            kind=self.kind,
            origin=self.origin,
            sort=self.column,
            descending=self.descending,
            page=self.page,
        )

    def poll_query(self, version: str) -> str:
        """Return the query of the poll of this list, which shows the version."""
        address = self.address()
        return f"{address}{'&' if len(address) > 1 else ''}version={version}"

    @property
    def filter_values(self) -> dict[str, Any]:
        """Return the values of the fragment of the filters, whatever jobs there are."""
        return {
            "statuses": STATUSES,
            "origins": ORIGINS,
            "status": self.status,
            "kind": self.kind,
            "origin": self.origin,
            "cluster": self.cluster,
            "q": Varying(self.q),
        }

    @property
    def filtered(self) -> bool:
        return bool(self.q or self.status or self.cluster or self.kind or self.origin)

    def chips(self) -> Iterator[Chip]:
        criteria: Mapping[str, tuple[Text, Any]] = {
            "q": (_("Search"), self.q),
            "status": (_("Status"), STATUSES.get(self.status, "")),
            "cluster": (_("Cluster"), self.cluster),
            "kind": (_("Kind"), job_labels.kind(self.kind) if self.kind else ""),
            "origin": (_("Origin"), ORIGINS.get(self.origin, "")),
        }
        for key, (label, value) in criteria.items():
            if value:
                yield Chip(label, value, self.address(**{key: ""}))
