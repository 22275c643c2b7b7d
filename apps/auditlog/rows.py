"""Rows of the history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q, Value
from django.utils import timezone

from apps.web.stored_text import Text

from . import labels
from .models import AuditEntry
from .outcomes import Outcome, Reach, outcome_of
from .target import TargetKind


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """An entry with its labels and outcome."""

    entry: AuditEntry
    action: Text
    outcome: Outcome
    address: str  # of the target's page
    kind: Text  # of the target; empty for machines, which nearly all are
    shows_origin: bool


def recent() -> Q:
    """Return the condition of entries recent enough to be shown."""
    return since(shown_since())


def shown_since() -> datetime | None:
    """Return the age limit of entries that are shown; None: no limit."""
    if not settings.AUDIT_ENTRIES_LAST_X_DAYS:
        return None
    return timezone.now() - timedelta(days=settings.AUDIT_ENTRIES_LAST_X_DAYS)


def since(at: datetime | Value | None) -> Q:
    return Q(created_at__gte=at) if at else Q()


def rows_for(
    entries: Iterable[AuditEntry], user: User, reach: Reach
) -> list[HistoryRow]:
    """Return the rows of entries, as the user may see them."""
    return [
        HistoryRow(
            entry=entry,
            action=labels.label_for(entry.action),
            outcome=outcome_of(entry),
            address=reach.address(entry),
            kind=_kind_of(entry),
            # Only staff see the addresses of others.
            shows_origin=reach.everything or entry.user_id == user.pk,
        )
        for entry in entries
    ]


def _kind_of(entry: AuditEntry) -> Text:
    if entry.target_kind in {"", TargetKind.INSTANCE}:
        return ""
    return entry.get_target_kind_display()
