"""What the history needs to know of what was acted upon, told by whoever knows it.

This app knows who did what by name alone. Another one registers a `Subject` that says
which entries somebody may see and what came of each.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from django.db.models import Q
from django.http import HttpRequest

from apps.web.stored_text import Text

from .models import AuditEntry


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody may see: everything, or what concerns these instances.

    ``instances`` are their uuids. What one did oneself is seen always.
    """

    everything: bool = False
    instances: Collection[str] = ()
    # Where the page of an entry's instance is; empty if there is none to see.
    address: Callable[[AuditEntry], str] = lambda _entry: ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action: a word, how it is drawn, and what Ganeti said."""

    word: Text
    dot: str
    message: str = ""


class Subject(Protocol):
    """What there is to know beside the entries."""

    @property
    def outcomes(self) -> Mapping[str, tuple[Text, Q]]:
        """Outcomes to filter by: what to call them, and which entries have them."""

    @property
    def related(self) -> Collection[str]:
        """Relations of `AuditEntry` to read along with it."""

    def reach(self, request: HttpRequest) -> Reach: ...

    def outcome(self, entry: AuditEntry) -> Outcome: ...


_registered: list[Subject] = []


def register(subject: Subject) -> None:
    """Say what there is to know; the last one to say it counts."""
    _registered[:] = [subject]


def registered() -> Subject:
    return _registered[0]
