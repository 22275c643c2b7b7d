"""Limit error emails to one an hour per kind of error, across all processes."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import AppRegistryNotReady
from django.db import Error, transaction
from django.db.models import F
from django.utils import timezone

PAUSE = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(days=30)
# Limits the memory that a process uses while the database is unavailable.
MAX_KINDS = 200


def count_folded(kind: str) -> int | None:
    """Return how many errors of a kind occurred since the last email about it.

    Return None if no email should be sent yet.
    """
    try:
        return _count_in_database(kind[:255])
    except (Error, AppRegistryNotReady):
        return local_throttle.count_folded(kind)


def forget() -> None:
    """Delete kinds of errors that were last mailed long ago."""
    from .models import MailedError  # noqa: PLC0415 - needs the apps

    MailedError.objects.filter(mailed_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()


def _count_in_database(kind: str) -> int | None:
    from .models import MailedError  # noqa: PLC0415 - imported while logging is set up

    now = timezone.now()
    with transaction.atomic():
        row, created = MailedError.objects.get_or_create(
            kind=kind, defaults={"mailed_at": now}
        )
        if created:
            return 0
        # Only one of several processes succeeds: it filters by the time it has read.
        unchanged = MailedError.objects.filter(pk=row.pk, mailed_at=row.mailed_at)
        if row.mailed_at <= now - PAUSE and unchanged.update(mailed_at=now, folded=0):
            return row.folded
        MailedError.objects.filter(pk=row.pk).update(folded=F("folded") + 1)
        return None


@dataclass(slots=True)
class _Mailed:
    at: datetime
    folded: int = 0


class LocalThrottle:
    """Count errors in this process's memory while the database is unavailable."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds: dict[str, _Mailed] = {}

    def __len__(self) -> int:
        return len(self._kinds)

    def count_folded(self, kind: str) -> int | None:
        now = timezone.now()
        with self._lock:
            mailed = self._kinds.get(kind)
            if mailed is not None and mailed.at > now - PAUSE:
                mailed.folded += 1
                return None
            self._kinds.pop(kind, None)
            if len(self._kinds) >= MAX_KINDS:
                self._kinds.pop(next(iter(self._kinds)))  # the oldest
            self._kinds[kind] = _Mailed(now)
            return mailed.folded if mailed else 0


local_throttle = LocalThrottle()
