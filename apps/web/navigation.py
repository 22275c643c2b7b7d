"""The side navigation, built from the entries that apps register."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .stored_text import Text


class Section(Enum):
    """A group of entries, in the order of the page."""

    MACHINES = "machines"
    CLUSTERS = "clusters"
    SERVICE = "service"
    ADMINISTRATION = "administration"


_LABELS: dict[Section, Text] = {
    Section.MACHINES: _("Machines"),
    Section.CLUSTERS: _("Clusters"),
    Section.SERVICE: _("Service"),
    Section.ADMINISTRATION: _("Administration"),
}


def _pending(count: int) -> Text:
    return ngettext("pending", "pending", count)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the navigation; the smaller its position, the higher in its section.

    ``parent_of`` names the views that are found below its page. ``label``, ``visible``
    and ``count``, which stands behind the label, are asked on each page;
    ``count_label`` says what is counted, for screen readers.
    """

    section: Section
    position: int
    url_name: str
    icon: str
    label: Callable[[HttpRequest], Text]
    visible: Callable[[HttpRequest], bool] = lambda _request: True
    query: str = ""
    parent_of: tuple[str, ...] = ()
    count: Callable[[HttpRequest], int] = lambda _request: 0
    count_label: Callable[[int], Text] = _pending


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """An entry as a page shows it; ``current`` is its ``aria-current``."""

    url_name: str
    query: str
    icon: str
    label: str
    current: str
    count: int
    count_label: str


@dataclass(frozen=True, slots=True)
class NavigationGroup:
    """A section with the entries that are visible to the user."""

    key: str
    label: str
    lines: tuple[NavigationItem, ...]


_ORDER = list(Section)
_entries: list[Entry] = []


def register(*entries: Entry) -> None:
    """Add entries; called once by each app, when it is ready."""
    _entries.extend(entries)
    _entries.sort(key=lambda entry: (_ORDER.index(entry.section), entry.position))


def groups(request: HttpRequest) -> tuple[NavigationGroup, ...]:
    """Return the sections that have visible entries for the user of a request.

    The result contains everything that is rendered, in the user's language.
    """
    visible = [entry for entry in _entries if entry.visible(request)]
    return tuple(
        NavigationGroup(
            section.value,
            str(_LABELS[section]),
            tuple(_line(request, entry) for entry in entries),
        )
        for section, entries in groupby(visible, key=lambda entry: entry.section)
    )


def _line(request: HttpRequest, entry: Entry) -> NavigationItem:
    count = entry.count(request)
    return NavigationItem(
        url_name=entry.url_name,
        query=entry.query,
        icon=entry.icon,
        label=str(entry.label(request)),
        current=_current(request, entry),
        count=count,
        count_label=str(entry.count_label(count)),
    )


def _current(request: HttpRequest, entry: Entry) -> str:
    view_name = request.resolver_match.view_name if request.resolver_match else ""
    if view_name == entry.url_name and not entry.query:
        return "page"
    return "true" if view_name in entry.parent_of else ""
