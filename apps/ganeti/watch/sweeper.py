"""Sweep the table of jobs, and record the watcher's heartbeat."""

import logging
import threading
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Protocol

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from apps.work import failures
from apps.work.loops import Loop

from ..jobs import handlers, planned, tracking
from ..models import Cluster, Job, WatcherBeat
from ..state import snapshots

logger = logging.getLogger(__name__)

SWEEP_EVERY_S = 1.0
BEAT_EVERY_S = 5.0
FORGET_BEATS_AFTER = timedelta(days=1)


class JobFollowers(Protocol):
    """The watcher, as the sweeper sees it: it follows jobs."""

    name: str

    @property
    def announced_within_s(self) -> float:
        """How long a new job's wake-up may be on its way to another watcher."""

    def follow(self, cluster_pks: Iterable[int]) -> None:
        """Start or wake the followers of these clusters."""


class Sweeper(Loop):
    """Loop that claims jobs without a follower and handles ended jobs."""

    def __init__(self, watcher: JobFollowers, stopping: threading.Event) -> None:
        super().__init__("sweeper", stopping)
        self._watcher = watcher
        self._beat_at = float("-inf")

    def run_once(self) -> float:
        now = timezone.now()
        name = self._watcher.name
        if Job.objects.unfinished().exists():
            tracking.renew(name)
            tracking.claim(name, now, older_than_s=self._watcher.announced_within_s)
            followed = Job.objects.unfinished().filter(follower=name)
            self._watcher.follow(
                followed.values_list("cluster_id", flat=True).distinct()
            )
        self._handle_ended_jobs()
        planned.submit_planned()
        self._beat()
        return SWEEP_EVERY_S

    def _handle_ended_jobs(self) -> None:
        """Run the handlers of ended jobs that have not been handled, with backoff."""
        unhandled = list(Job.objects.unhandled().values_list("pk", flat=True))
        if not unhandled:
            return
        failure_keys = {pk: handlers.failure_key(pk) for pk in unhandled}
        paused = failures.resting(failure_keys.values())
        due = [pk for pk in unhandled if failure_keys[pk] not in paused]
        if due:
            # Handlers use the contents in this process's memory.
            snapshots.current(Cluster.objects.enabled())
        for pk in due:
            self._handle_end(pk)

    # Not "_handle": threads have one in Python 3.13.
    def _handle_end(self, pk: int) -> None:
        try:
            if handlers.try_to_handle(pk):
                failures.clear(handlers.failure_key(pk))
        except (OperationalError, InterfaceError) as exc:
            # It may concern this row only; if the database is down, this raises too.
            handlers.record_failure(pk, exc)

    def _beat(self) -> None:
        if time.monotonic() - self._beat_at < BEAT_EVERY_S:
            return
        now = timezone.now()
        WatcherBeat.objects.update_or_create(
            name=self._watcher.name,
            defaults={"beat_at": now},
            create_defaults={"beat_at": now, "started_at": now},
        )
        WatcherBeat.objects.filter(beat_at__lt=now - FORGET_BEATS_AFTER).delete()
        self._beat_at = time.monotonic()
