"""Record failures of background work and compute a growing pause.

Work that has a row of its own (a cluster's refresh, a mail, a source of images) stores
its failures there, with ``describe`` and ``pause_s``; all other work gets a `Failure`.
Watchers share the rows, so a chore's pause applies to all of them.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from .models import Failure

logger = logging.getLogger(__name__)

FIRST_PAUSE_S = 1.5
LONGEST_PAUSE_S = 60.0
MOST_TEXT = 2000
# Work that no watcher has tried for this long no longer exists.
FORGOTTEN_AFTER = timedelta(days=30)


def describe(exc: BaseException) -> str:
    """Return an error to store in a row: its class and its text, truncated."""
    text = f"{type(exc).__name__}: {exc}".removesuffix(": ")[:MOST_TEXT]
    # Databases reject NUL and lone surrogates, which occur in feeds.
    return text.replace("\0", "").encode(errors="backslashreplace").decode()


def pause_s(
    failures: int, first_s: float = FIRST_PAUSE_S, longest_s: float = LONGEST_PAUSE_S
) -> float:
    """Return the pause after consecutive failures; each doubles it, up to a limit."""
    return min(first_s * 2.0 ** min(max(failures - 1, 0), 32), longest_s)


def record(
    chore: str,
    exc: BaseException,
    *,
    first_s: float = FIRST_PAUSE_S,
    longest_s: float = LONGEST_PAUSE_S,
    give_up_after: timedelta | None = None,
) -> Failure:
    """Store that a chore raised; return the row, with the time of the next attempt.

    Log the traceback, which also mails it, only if the error differs from the last.
    Set ``given_up_at`` if the chore has failed for ``give_up_after``; the caller must
    then end it.
    """
    now = timezone.now()
    failure, _created = Failure.objects.get_or_create(chore=chore)
    error = describe(exc)
    if error == failure.error:
        logger.warning("%s: %s", chore, error)
    else:
        logger.error("%s: %s", chore, error, exc_info=exc)
    Failure.objects.filter(pk=failure.pk).update(failures=F("failures") + 1)
    failure.refresh_from_db(fields=["failures"])
    pause = timedelta(seconds=pause_s(failure.failures, first_s, longest_s))
    failure.error, failure.failed_at, failure.next_at = error, now, now + pause
    if give_up_after is not None and now - failure.failing_since > give_up_after:
        failure.given_up_at = now
    failure.save(update_fields=["error", "failed_at", "next_at", "given_up_at"])
    return failure


def clear(*chores: str) -> None:
    """Delete the failures of chores that have succeeded."""
    if Failure.objects.filter(chore__in=chores).delete()[0]:
        logger.info("%s: works again", ", ".join(chores))


def resting(chores: Iterable[str]) -> set[str]:
    """Return the chores that failed and must not be retried yet."""
    rows = Failure.objects.resting().filter(chore__in=list(chores))
    return set(rows.values_list("chore", flat=True))


def forget() -> None:
    """Delete failures of work that no longer exists."""
    Failure.objects.filter(failed_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()
