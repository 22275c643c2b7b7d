"""Write the audit log."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone

from .models import AuditEntry
from .target import Target

# Limit per user; more would tell staff nothing new.
MAX_HIDDEN_PER_HOUR = 50

# Name, old and new value; None for no value.
Change = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Acting:
    """The acting user and their IP address."""

    user: User
    address: str | None = None


def record(
    by: Acting,
    action: str,
    target: Target | None = None,
    *,
    detail: str = "",
    changes: Sequence[Change] = (),
) -> AuditEntry:
    """Record an action."""
    return AuditEntry.objects.create(
        **_fields(by, action, target),
        detail=detail,
        changes=[list(change) for change in changes],
    )


def record_refusal(
    by: Acting,
    action: str,
    target: Target | None = None,
    *,
    reason: str,
    hidden: bool = False,
) -> AuditEntry:
    """Record an attempt that was refused; the next digest tells MANAGERS.

    Attempts of one person on one target within an hour are one entry that counts them.
    ``hidden``: the person may not even know that the target exists.
    """
    now = timezone.now()
    if hidden and _hidden_entries(by, now) >= MAX_HIDDEN_PER_HOUR:
        target = None  # counted in one entry that names nothing
    defaults = {
        **_fields(by, action, target),
        "detail": reason,
        "refused": True,
        "hidden": hidden,
    }
    entry, is_new = AuditEntry.objects.get_or_create(
        fold_key=_fold_key(by, "" if hidden else action, target, now), defaults=defaults
    )
    if not is_new:
        AuditEntry.objects.filter(pk=entry.pk).update(
            times=F("times") + 1, reported_at=None
        )
    return entry


def _hidden_entries(by: Acting, now: datetime) -> int:
    an_hour_ago = now - timedelta(hours=1)
    hidden = AuditEntry.objects.filter(user=by.user, hidden=True)
    return hidden.filter(created_at__gte=an_hour_ago).count()


def _fold_key(by: Acting, action: str, target: Target | None, now: datetime) -> str:
    """Return the key shared by attempts that are counted in one entry."""
    target_values = astuple(target) if target else None
    parts = [by.user.pk, f"{now:%Y%m%d%H}", action, target_values]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _fields(by: Acting, action: str, target: Target | None) -> dict[str, Any]:
    target_fields = (
        {
            "target_kind": target.kind,
            "target_name": target.name,
            "target_id": target.id,
            "cluster": target.cluster,
        }
        if target
        else {}
    )
    return {
        "user": by.user,
        "username": by.user.get_username(),
        "address": by.address,
        "action": action,
        **target_fields,
    }
