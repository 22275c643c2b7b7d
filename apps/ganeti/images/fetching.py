"""Fetching of the image sources that are due, each by one watcher.

The images of a source are kept until the next successful fetch. A source that fails is
retried soon, then less and less often.
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

from apps.net.download import DownloadError
from apps.work import failures

from ..models import ImageSource
from ..rapi.errors import gettext_noop
from . import reading, sources
from .downloader import SOURCE_S
from .reading import FetchResult
from .sources import Source

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
MAX_CONCURRENT = 16
FRESH_FOR = timedelta(days=1)
FIRST_PAUSE_S = 30
MAX_PAUSE_S = 3600
# Longer than a fetch may take; the lease of a watcher that died runs out.
FETCH_TIMEOUT_S = SOURCE_S + 15
LEASE = timedelta(seconds=2 * FETCH_TIMEOUT_S)
DELETE_AFTER = timedelta(days=7)


def fetch_due() -> int:
    """Fetch the due sources concurrently; return how many there were."""
    configured = sources.configured()
    leased = list(_lease_due(configured))
    if not leased:
        return 0
    pool = ThreadPoolExecutor(MAX_CONCURRENT, "images")
    # Rows are written in this thread only: nobody would close the connections of
    # the pool's threads.
    rows = {pool.submit(reading.read, source): row for source, row in leased}
    with contextlib.suppress(TimeoutError):
        for future in as_completed(rows, timeout=FETCH_TIMEOUT_S):
            _store_outcome(rows.pop(future), future)
    # Fetches that are late are left to their own timeouts.
    for future, row in rows.items():
        _store_outcome(row, future)
    pool.shutdown(wait=False, cancel_futures=True)
    _delete_unconfigured(source.key for source in configured)
    return len(leased)


def schedule_all() -> None:
    """Make every source due now."""
    keys = [_row(source).key for source in sources.configured()]
    ImageSource.objects.filter(key__in=keys).update(next_at=timezone.now())


def release() -> None:
    """Release the leases of this process, which ends."""
    ImageSource.objects.filter(holder=_holder()).update(holder="", leased_until=None)


def _holder() -> str:
    return f"{socket.gethostname()[:30]}:{os.getpid()}"


def _row(source: Source) -> ImageSource:
    defaults = {"url": source.shown_url}
    return ImageSource.objects.get_or_create(key=source.key, defaults=defaults)[0]


def _lease_due(configured: list[Source]) -> Iterator[tuple[Source, ImageSource]]:
    """Yield the due sources whose lease this process could take."""
    keys = [source.key for source in configured]
    not_due = ImageSource.objects.filter(key__in=keys, next_at__gt=timezone.now())
    not_due_keys = set(not_due.values_list("key", flat=True))
    for source in configured:
        if source.key not in not_due_keys and (row := _lease(_row(source))):
            yield source, row


def _lease(row: ImageSource) -> ImageSource | None:
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    rows = ImageSource.objects.filter(free, pk=row.pk, next_at__lte=now)
    if not rows.update(holder=_holder(), leased_until=now + LEASE):
        return None
    row.refresh_from_db()
    return row


def _store_outcome(row: ImageSource, future: "Future[FetchResult]") -> None:
    """Store the images or the failure of a fetch; no exception is raised."""
    try:
        result = _checked_result(row, future)
        with transaction.atomic():
            if result.error:
                _store_failure(row, result)
            else:
                _store_images(row, result)
    except Exception as exc:
        # A fault in reading one source, or a value that the database does not
        # take, must not cost the others, nor be met again at once.
        logger.exception("%s: images not read", row.url)
        message = gettext_noop("It couldn't be read; see the log for details")
        _store_failure(row, FetchResult(error=f"{message}: {failures.describe(exc)}"))


def _checked_result(row: ImageSource, future: "Future[FetchResult]") -> FetchResult:
    try:
        result = future.result(timeout=0)
    except (DownloadError, TimeoutError) as exc:
        message = str(exc) or gettext_noop("It takes too long to respond.")
        return FetchResult(error=message)
    if row.images and not result.images and not result.error:
        # Hardly ever emptied on purpose: more likely a notice of maintenance.
        result.error = gettext_noop(
            "It no longer lists any images; the previous ones are kept."
        )
    return result


def _store_images(row: ImageSource, result: FetchResult) -> None:
    now = timezone.now()
    _update_and_release(
        row,
        images=[image.to_mapping() for image in result.images],
        problems=result.problems,
        fetched_at=now,
        next_at=now + FRESH_FOR,
        failures=0,
        failing_since=None,
        last_error="",
    )
    logger.info("%s: %s images", row.url, len(result.images))


def _store_failure(row: ImageSource, result: FetchResult) -> None:
    """Keep the previous images; store incomplete ones only if there are none yet."""
    now = timezone.now()
    logger.warning("%s: images not fetched: %s", row.url, result.error)
    pause_s = failures.pause_s(row.failures + 1, FIRST_PAUSE_S, MAX_PAUSE_S)
    changes: dict[str, object] = {}
    if row.fetched_at is None and result.images:
        images = [image.to_mapping() for image in result.images]
        changes = {"images": images, "problems": result.problems}
    _update_and_release(
        row,
        next_at=now + timedelta(seconds=pause_s),
        failures=models.F("failures") + 1,
        failing_since=row.failing_since or now,
        last_error=result.error,
        **changes,
    )


def _update_and_release(row: ImageSource, **changes: object) -> None:
    """Update the row and release its lease, unless another process took it over."""
    ImageSource.objects.filter(pk=row.pk, holder=_holder()).update(
        holder="", leased_until=None, **changes
    )


def _delete_unconfigured(keys: Iterable[str]) -> None:
    """Delete sources that were removed from the settings some days ago."""
    unconfigured = ImageSource.objects.exclude(key__in=list(keys))
    limit: datetime = timezone.now() - DELETE_AFTER
    unconfigured.filter(next_at__lt=limit).delete()
