"""Query string of pages of graphs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from django.http import QueryDict
from django.utils.translation import gettext_lazy

from apps.web.lists import LONGEST, Choices, Listed, number
from apps.web.stored_text import Text

from .. import graphs
from ..domain.instance import Instance
from ..graphs.periods import DEFAULT_SPAN, SPANS

SPAN_LABELS = Choices(
    {
        "1h": gettext_lazy("1 hour"),
        "6h": gettext_lazy("6 hours"),
        "1d": gettext_lazy("1 day"),
        "1w": gettext_lazy("1 week"),
        "1mon": gettext_lazy("1 month"),
        "1y": gettext_lazy("1 year"),
    }
)
SECTION_LABELS = Choices(
    {
        "cluster": gettext_lazy("By cluster"),
        "group": gettext_lazy("By node group"),
        "node": gettext_lazy("By node"),
    }
)
SECTION_OF: Mapping[str, Callable[[Instance], str]] = {
    "cluster": lambda instance: instance.cluster,
    "group": lambda instance: instance.group,
    "node": lambda instance: instance.primary_node,
}


@dataclass(frozen=True, slots=True)
class GraphQuery(Listed):
    """What is in the URL of a page of graphs; invalid values count as absent."""

    q: str = ""
    by: str = "cluster"
    group: str = ""
    node: str = ""
    span: str = DEFAULT_SPAN
    start: str = ""
    end: str = ""
    source: str = ""
    sort: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        def text(key: str) -> str:
            return query.get(key, "").strip()[:LONGEST].replace("\x00", "")

        span, by = text("span"), text("by")
        return cls(
            q=text("q"),
            by=by if by in SECTION_OF else "cluster",
            group=text("group"),
            node=text("node"),
            span=span if span in SPANS else DEFAULT_SPAN,
            start=text("start"),
            end=text("end"),
            source="images" if text("source") == "images" else "",
            page=number(text("page"), 1),
        )

    @property
    def spans(self) -> list[tuple[str, Text, str]]:
        """Return each span with its label and the address of the same page with it."""
        return [
            (span, label, self.address(span=span, start="", end="", page=self.page))
            for span, label in SPAN_LABELS.items()
        ]

    @property
    def fields(self) -> list[tuple[str, Any]]:
        """Return what a form that changes the dates keeps."""
        kept = ("q", "by", "group", "node", "source")
        return [(name, value) for name, value in self.values().items() if name in kept]

    @property
    def kept_by_filters(self) -> list[tuple[str, Any]]:
        """Return what a form that changes search and sections keeps."""
        changed = ("q", "by", "page")
        values = self.values().items()
        return [(name, value) for name, value in values if name not in changed]

    @property
    def shows_charts(self) -> bool:
        """Whether it shows charts, which are preferred to images."""
        return graphs.has_charts() and not (self.source and graphs.has_images())

    @property
    def for_machine(self) -> str:
        """The query of a machine's own page, for the same period and source."""
        return replace(self, q="", by="cluster", group="", node="", page=1).address()

    @property
    def other_source(self) -> str:
        """The address of the same page with the other source, if there are two."""
        if not (graphs.has_charts() and graphs.has_images()):
            return ""
        source = "images" if self.shows_charts else ""
        return self.address(source=source, page=self.page)
