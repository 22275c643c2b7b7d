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

# Entries for each person; more tell staff nothing more.
MOST_HIDDEN_AN_HOUR = 50

# What was changed, from what, to what: texts, or None where there was nothing.
Change = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Acting:
    """Who does something, and from which address."""

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
    """Write down what somebody does, and to what."""
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
    why: str,
    hidden: bool = False,
) -> AuditEntry:
    """Record an attempt that was refused; the next digest tells MANAGERS.

    Attempts of one person on one target within an hour are one entry that counts them.
    ``hidden``: the person may not even know that the target exists.
    """
    now = timezone.now()
    if hidden and _hidden_entries(by, now) >= MOST_HIDDEN_AN_HOUR:
        target = None  # counted in one entry that names nothing
    defaults = {
        **_fields(by, action, target),
        "detail": why,
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
    """Return what attempts have in common that are counted in one entry."""
    about = astuple(target) if target else None
    parts = [by.user.pk, f"{now:%Y%m%d%H}", action, about]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _fields(by: Acting, action: str, target: Target | None) -> dict[str, Any]:
    about = (
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
        **about,
    }
