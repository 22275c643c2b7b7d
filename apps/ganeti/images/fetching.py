"""The watcher's chore: fetch the sources that are due, each by one watcher.

What a source gave is kept until it gives something else; one that breaks is tried
again soon, then less and less often.
"""

import contextlib
import logging
import os
import socket
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from apps.work import failures

from ..models import ImageSource
from ..rapi.errors import gettext_noop
from . import reading, sources
from .reading import Found
from .sources import Source
from .web import SOURCE_S, Broken

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
AT_ONCE = 16
FRESH_FOR = timedelta(days=1)
FIRST_PAUSE_S = 30
LONGEST_PAUSE_S = 3600
# Longer than a fetch may take; the lease of a watcher that died runs out.
PATIENCE_S = SOURCE_S + 15
LEASE = timedelta(seconds=2 * PATIENCE_S)
FORGOTTEN_AFTER = timedelta(days=7)


def fetch_due() -> int:
    """Fetch what is due, several at once; return how many sources were asked."""
    configured = sources.configured()
    taken = list(_take(configured))
    if not taken:
        return 0
    pool = ThreadPoolExecutor(AT_ONCE, "images")
    # Rows are written here alone: nobody would close the threads' connections.
    asked = {pool.submit(reading.read, source): row for source, row in taken}
    with contextlib.suppress(TimeoutError):
        for future in as_completed(asked, timeout=PATIENCE_S):
            _write_down(asked.pop(future), future)
    # Who is late is left to its own timeouts.
    for future, row in asked.items():
        _write_down(row, future)
    pool.shutdown(wait=False, cancel_futures=True)
    _forget(source.key for source in configured)
    return len(taken)


def ask_again() -> None:
    """Have every source fetched as soon as a watcher looks."""
    keys = [_row(source).key for source in sources.configured()]
    ImageSource.objects.filter(key__in=keys).update(next_at=timezone.now())


def release() -> None:
    """Leave the leases of this process, which ends, to others."""
    ImageSource.objects.filter(holder=_me()).update(holder="", leased_until=None)


def _me() -> str:
    return f"{socket.gethostname()[:30]}:{os.getpid()}"


def _row(source: Source) -> ImageSource:
    defaults = {"url": source.shown_url}
    return ImageSource.objects.get_or_create(key=source.key, defaults=defaults)[0]


def _take(configured: list[Source]) -> Iterator[tuple[Source, ImageSource]]:
    """Take the leases on what is due and free."""
    keys = [source.key for source in configured]
    fresh = ImageSource.objects.filter(key__in=keys, next_at__gt=timezone.now())
    later = set(fresh.values_list("key", flat=True))
    for source in configured:
        if source.key not in later and (row := _taken(_row(source))):
            yield source, row


def _taken(row: ImageSource) -> ImageSource | None:
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    mine = ImageSource.objects.filter(free, pk=row.pk, next_at__lte=now)
    if not mine.update(holder=_me(), leased_until=now + LEASE):
        return None
    row.refresh_from_db()
    return row


def _write_down(row: ImageSource, future: "Future[Found]") -> None:
    """Write down how it went; whatever a source made raise is its failure."""
    try:
        found = _result(row, future)
        with transaction.atomic():
            _failed(row, found) if found.error else _succeeded(row, found)
    except Exception as exc:
        # A fault in reading one source, or a value that the database does not
        # take, must not cost the others, nor be met again at once.
        logger.exception("%s: images not read", row.url)
        message = gettext_noop("It couldn't be read; see the log for details")
        _failed(row, Found(error=f"{message}: {failures.describe(exc)}"))


def _result(row: ImageSource, future: "Future[Found]") -> Found:
    try:
        found = future.result(timeout=0)
    except (Broken, TimeoutError) as exc:
        return Found(error=str(exc) or gettext_noop("It takes too long to respond."))
    if row.images and not found.images and not found.error:
        # As good as never emptied on purpose: it is a notice of maintenance.
        found.error = gettext_noop(
            "It no longer lists any images; the previous ones are kept."
        )
    return found


def _succeeded(row: ImageSource, found: Found) -> None:
    now = timezone.now()
    _give_back(
        row,
        images=[image.to_mapping() for image in found.images],
        problems=found.problems,
        fetched_at=now,
        next_at=now + FRESH_FOR,
        failures=0,
        failing_since=None,
        last_error="",
    )
    logger.info("%s: %s images", row.url, len(found.images))


def _failed(row: ImageSource, found: Found) -> None:
    """Keep what the source gave before; what came now only where there is nothing."""
    now = timezone.now()
    logger.warning("%s: images not fetched: %s", row.url, found.error)
    pause_s = failures.pause_s(row.failures + 1, FIRST_PAUSE_S, LONGEST_PAUSE_S)
    changes: dict[str, object] = {}
    if row.fetched_at is None and found.images:
        images = [image.to_mapping() for image in found.images]
        changes = {"images": images, "problems": found.problems}
    _give_back(
        row,
        next_at=now + timedelta(seconds=pause_s),
        failures=models.F("failures") + 1,
        failing_since=row.failing_since or now,
        last_error=found.error,
        **changes,
    )


def _give_back(row: ImageSource, **changes: object) -> None:
    """Write down how it went, unless the lease ran out and somebody else has it."""
    ImageSource.objects.filter(pk=row.pk, holder=_me()).update(
        holder="", leased_until=None, **changes
    )


def _forget(keys: Iterable[str]) -> None:
    """Forget sources that no settings name any more, since a while ago."""
    before: datetime = timezone.now() - FORGOTTEN_AFTER
    ImageSource.objects.exclude(key__in=list(keys)).filter(next_at__lt=before).delete()
