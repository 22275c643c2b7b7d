"""What there is to know beside the entries, told by the apps that know it.

This app knows who did what to what by name alone. Others register a `Source` each,
which says what somebody may see, what came of an action, and where its target is.
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
    """What somebody may see: everything, or what is about these targets.

    What one did oneself is seen always. ``addresses`` say where the page of an entry's
    target is; empty if there is none to see.
    """

    everything: bool = False
    targets: Targets = field(default_factory=dict)
    addresses: Collection[Address] = ()

    def address(self, entry: AuditEntry) -> str:
        addresses = (address_of(entry) for address_of in self.addresses)
        return next(filter(None, addresses), "")

    def condition(self, user: User | Value) -> Q:
        """Return which entries the user may see."""
        if self.everything:
            return Q()
        return (Q(user=user) | about(self.targets)) & Q(hidden=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action: a word, how it is drawn, and what Ganeti said."""

    word: Text
    dot: str
    message: str = ""


NONE = Outcome("", "")
# What to call outcomes to filter by, and which entries have them.
Filters = Mapping[str, tuple[Text, Q]]


class Source(Protocol):
    """What one app knows of entries."""

    @property
    def filters(self) -> Filters:
        """Outcomes that it knows; one that others know too is of either."""

    @property
    def related(self) -> Collection[str]:
        """Relations of `AuditEntry` to prefetch along with it."""

    def reach(self, request: UserRequest) -> Reach: ...

    def outcome(self, entry: AuditEntry) -> Outcome | None:
        """Return what came of an action; None for one that it knows nothing of."""


_sources: list[Source] = []


def register(source: Source) -> None:
    """Have a source asked, beside the others."""
    _sources.append(source)


def filters() -> dict[str, tuple[Text, Q]]:
    """Return the outcomes that there are to filter by."""
    merged: dict[str, tuple[Text, Q]] = {}
    for source in _sources:
        for key, (label, condition) in source.filters.items():
            same = merged.get(key)
            merged[key] = (same[0], same[1] | condition) if same else (label, condition)
    return {**merged, "refused": (REFUSED, Q(refused=True))}


def related() -> list[str]:
    """Return what to prefetch with entries whose outcomes are shown."""
    return [relation for source in _sources for relation in source.related]


def reach_of(request: UserRequest) -> Reach:
    """Return what somebody may see, as all sources say together."""
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
    """Return what came of an action, by the first source that knows."""
    if entry.refused:
        return Outcome(REFUSED, "slashed", entry.detail)
    answers = (source.outcome(entry) for source in _sources)
    return next(filter(None, answers), NONE)
