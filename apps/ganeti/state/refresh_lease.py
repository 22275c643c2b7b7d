"""Whose turn it is to ask a cluster: leases, and pauses that grow while it is down."""

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

# The lease of a process that died runs out. One that is not renewed is longer than
# any refresh may take.
LEASE_S = 90
LONGEST_PAUSE_S = 60


def _process() -> str:
    return f"{socket.gethostname()[:30]}:{os.getpid()}:"


def _me() -> str:
    return f"{_process()}{threading.get_ident()}"[:64]


def renew(lease_s: float) -> None:
    """Keep the leases of this process: its refreshes take longer."""
    until = timezone.now() + timedelta(seconds=lease_s)
    ClusterRefresh.objects.filter(
        holder__startswith=_process(), leased_until__lt=until
    ).update(leased_until=until)


def release() -> None:
    """Leave the leases of this process, which ends, to others."""
    ClusterRefresh.objects.filter(holder__startswith=_process()).update(
        holder="", leased_until=None
    )


def take(cluster: Cluster, *, force: bool, lease_s: float) -> ClusterRefresh | None:
    """Return the state of a cluster's refresh if it is ours to do now."""
    now = timezone.now()
    state, _new = ClusterRefresh.objects.get_or_create(cluster=cluster)
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    if not force:
        free &= Q(next_at=None) | Q(next_at__lte=now)
    taken = ClusterRefresh.objects.filter(free, pk=state.pk).update(
        holder=_me(), leased_until=now + timedelta(seconds=lease_s)
    )
    if not taken:
        return None
    state.refresh_from_db()
    return state


def succeeded(state: ClusterRefresh, started: datetime) -> None:
    """Release the lease; a slow cluster is asked less often."""
    now = timezone.now()
    pause = max(settings.SNAPSHOT_REFRESH_SECONDS, 3 * (now - started).total_seconds())
    if state.failures:
        logger.info("%s: answers again", state.cluster.slug)
    _give_back(
        state,
        next_at=started + timedelta(seconds=pause),
        refreshed_at=now,
        failures=0,
        failing_since=None,
        last_error="",
    )


def failed(state: ClusterRefresh, error: str) -> None:
    """Release the lease and open the circuit: longer after each failure in a row."""
    now = timezone.now()
    logger.warning("%s: not refreshed: %s", state.cluster.slug, error)
    pause_s = failures.pause_s(
        state.failures + 1, settings.SNAPSHOT_REFRESH_SECONDS, LONGEST_PAUSE_S
    )
    _give_back(
        state,
        next_at=now + timedelta(seconds=pause_s),
        failures=models.F("failures") + 1,
        failing_since=state.failing_since or now,
        last_error=error,
    )


def _give_back(state: ClusterRefresh, **changes: object) -> None:
    """Write down how it went, unless the lease ran out and somebody else has it."""
    ClusterRefresh.objects.filter(pk=state.pk, holder=state.holder).update(
        holder="", leased_until=None, **changes
    )
