"""Per-cluster refresh lease and backoff."""

import logging
import os
import socket
import threading
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.work import failures

from ..models import Cluster, ClusterRefresh

logger = logging.getLogger(__name__)

# The lease of a process that died expires. One that is not renewed must be longer than
# any refresh may take.
LEASE_S = 90
# While a cluster fails, unless the regular interval is longer.
LONGEST_PAUSE_S = 60


def _process() -> str:
    return f"{socket.gethostname()[:30]}:{os.getpid()}:"


def _holder() -> str:
    return f"{_process()}{threading.get_ident()}"[:64]


def renew(lease_s: float) -> None:
    """Extend the leases of this process, whose refreshes are still running."""
    until = timezone.now() + timedelta(seconds=lease_s)
    ClusterRefresh.objects.filter(
        holder__startswith=_process(), leased_until__lt=until
    ).update(leased_until=until)


def release() -> None:
    """Release the leases of this process when it ends."""
    ClusterRefresh.objects.filter(holder__startswith=_process()).update(
        holder="", leased_until=None
    )


def take(cluster: Cluster, *, force: bool, lease_s: float) -> ClusterRefresh | None:
    """Take the lease on a cluster's refresh; None if it is held or not due."""
    now = timezone.now()
    state, _created = ClusterRefresh.objects.get_or_create(cluster=cluster)
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    if not force:
        free &= Q(next_at=None) | Q(next_at__lte=now)
    updated = ClusterRefresh.objects.filter(free, pk=state.pk).update(
        holder=_holder(), leased_until=now + timedelta(seconds=lease_s)
    )
    if not updated:
        return None
    state.refresh_from_db()
    return state


def record_success(state: ClusterRefresh, started: datetime) -> None:
    """Release the lease after a refresh; slow clusters are refreshed less often."""
    now = timezone.now()
    pause = max(settings.SNAPSHOT_REFRESH_SECONDS, 3 * (now - started).total_seconds())
    if state.failures:
        logger.info("%s: answers again", state.cluster.slug)
    _release(
        state,
        next_at=started + timedelta(seconds=pause),
        refreshed_at=now,
        failures=0,
        failing_since=None,
        last_error="",
    )


def record_failure(state: ClusterRefresh, error: str) -> None:
    """Release the lease with a pause that grows with each failure in a row."""
    now = timezone.now()
    logger.warning("%s: not refreshed: %s", state.cluster.slug, error)
    interval_s = settings.SNAPSHOT_REFRESH_SECONDS
    pause_s = failures.pause_s(
        state.failures + 1, interval_s, max(interval_s, LONGEST_PAUSE_S)
    )
    _release(
        state,
        next_at=now + timedelta(seconds=pause_s),
        failures=models.F("failures") + 1,
        failing_since=state.failing_since or now,
        last_error=error,
    )


def _release(state: ClusterRefresh, **changes: object) -> None:
    """Release the lease and store the outcome, unless another process took it over."""
    ClusterRefresh.objects.filter(pk=state.pk, holder=state.holder).update(
        holder="", leased_until=None, **changes
    )
