"""Visibility, outcomes and links of entries, supplied by other apps.

This app knows actions and targets by name only. Other apps register an `EntrySource`
each for what a user may see, the outcomes of actions and the pages of targets.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from django.contrib.auth.models import User
from django.db.models import Q, Value
from django.utils.translation import pgettext_lazy

from apps.web.requests import UserRequest
from apps.web.stored_text import Text

from .models import AuditEntry, Targets, about
from .target import TargetKind

REFUSED = pgettext_lazy("action", "Not allowed")

Address = Callable[[AuditEntry], str]


@dataclass(frozen=True, slots=True)
class Reach:
    """Entries that a user may see: everything, or those about these targets.

    Their own entries are always visible. ``addresses`` return the URL of the page of an
    entry's target; empty if there is none that the user may see.
    """

    everything: bool = False
    targets: Targets = field(default_factory=dict)
    addresses: Collection[Address] = ()

    def address(self, entry: AuditEntry) -> str:
        addresses = (address_of(entry) for address_of in self.addresses)
        return next(filter(None, addresses), "")

    def condition(self, user: User | Value) -> Q:
        """Return the condition of entries that the user may see."""
        if self.everything:
            return Q()
        return (Q(user=user) | about(self.targets)) & Q(hidden=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of an action: label, mark, and Ganeti's message."""

    word: Text
    dot: str
    message: str = ""


NONE = Outcome("", "")
# Outcomes to filter by: label, and condition of the entries.
Filters = Mapping[str, tuple[Text, Q]]


class EntrySource(Protocol):
    """What an app supplies for entries."""

    @property
    def filters(self) -> Filters:
        """Outcomes to filter by; conditions of several sources are joined by OR."""

    @property
    def related(self) -> Collection[str]:
        """Relations of `AuditEntry` to prefetch along with it."""

    def reach(self, request: UserRequest) -> Reach: ...

    def outcome(self, entry: AuditEntry) -> Outcome | None:
        """Return the outcome of an action, or None if unknown to this source."""


_sources: list[EntrySource] = []


def register(source: EntrySource) -> None:
    """Add a source."""
    _sources.append(source)


def filters() -> dict[str, tuple[Text, Q]]:
    """Return all outcomes to filter by."""
    merged: dict[str, tuple[Text, Q]] = {}
    for source in _sources:
        for key, (label, condition) in source.filters.items():
            existing = merged.get(key)
            merged[key] = (
                (existing[0], existing[1] | condition)
                if existing
                else (label, condition)
            )
    return {**merged, "refused": (REFUSED, Q(refused=True))}


def related() -> list[str]:
    """Return the relations to prefetch for the outcomes of entries."""
    return [relation for source in _sources for relation in source.related]


def reach_of(request: UserRequest) -> Reach:
    """Return the reach of the user, merged from all sources."""
    reaches = [source.reach(request) for source in _sources]
    return Reach(
        everything=any(reach.everything for reach in reaches),
        targets=_merged(reach.targets for reach in reaches),
        addresses=[address for reach in reaches for address in reach.addresses],
    )


def _merged(all_targets: Iterable[Targets]) -> dict[TargetKind, list[str]]:
    merged: dict[TargetKind, list[str]] = {}
    for targets in all_targets:
        for kind, ids in targets.items():
            merged.setdefault(kind, []).extend(ids)
    return merged


def outcome_of(entry: AuditEntry) -> Outcome:
    """Return the outcome of an action, from the first source that knows it."""
    if entry.refused:
        return Outcome(REFUSED, "slashed", entry.detail)
    outcomes = (source.outcome(entry) for source in _sources)
    return next(filter(None, outcomes), NONE)
