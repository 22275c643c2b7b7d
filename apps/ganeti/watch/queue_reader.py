"""Read the job queues that users are looking at."""

import logging
import threading
import time
from datetime import datetime
from typing import Protocol

from django.core.cache import cache

from apps.work.loops import Loop

from ..jobs import queue_reading
from ..models import Cluster
from ..rapi.errors import RapiError
from ..state import job_interest, job_queue

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
READ_EVERY_S = 1.0
# Where each reading takes the whole queue.
READ_ALL_EVERY_S = 5.0
MAX_PAUSE_S = 30.0
# How long another watcher waits after the last reading before it takes over.
LEASE_S = 3


class WakesReaders(Protocol):
    """The watcher, which has a reader for each cluster."""

    def read_queue(self, cluster_pk: int) -> None: ...


class QueueInterest(Loop):
    """Loop that wakes the readers of the queues that are being looked at."""

    def __init__(self, watcher: WakesReaders, stopping: threading.Event) -> None:
        super().__init__("queue interest", stopping)
        self._watcher = watcher

    def run_once(self) -> float:
        if job_interest.exists():
            for cluster in job_interest.watched(list(Cluster.objects.enabled())):
                self._watcher.read_queue(cluster.pk)
        return LOOK_EVERY_S


class QueueReader(Loop):
    """Loop that reads one cluster's queue while somebody looks at it.

    Of several watchers, the one whose name is in the cache does it.
    """

    def __init__(self, name: str, cluster_pk: int, stopping: threading.Event) -> None:
        super().__init__(f"queue reader {cluster_pk}", stopping)
        self._watcher_name = name
        self._cluster_pk = cluster_pk
        self._fully_read_at: datetime | None = None
        self._pause_s = READ_EVERY_S
        self.idle = False

    def run_once(self) -> float | None:
        started_at = time.monotonic()
        cluster = Cluster.objects.enabled().filter(pk=self._cluster_pk).first()
        self.idle = cluster is None or not job_interest.watched([cluster])
        if cluster is None or self.idle:
            self._fully_read_at = None
            return None
        if not self._takes_lease():
            self._fully_read_at = None
            return READ_EVERY_S
        self._read(cluster)
        return max(0.0, started_at + self._pause_s - time.monotonic())

    def _takes_lease(self) -> bool:
        key = f"queue-reader:{self._cluster_pk}"
        lease_s = LEASE_S + self._pause_s
        if cache.add(key, self._watcher_name, lease_s):
            return True
        if cache.get(key) != self._watcher_name:
            return False
        cache.set(key, self._watcher_name, lease_s)
        return True

    def _read(self, cluster: Cluster) -> None:
        try:
            if job_interest.is_queue_watched(cluster):
                [queue] = job_queue.current([cluster], within_s=0)
                self._fully_read_at = queue_reading.read(queue, self._fully_read_at)
            queue_reading.read_details(cluster, job_interest.watched_jobs(cluster))
        except RapiError as exc:
            logger.warning("%s: queue not read: %s", cluster.slug, exc)
            job_queue.publish_error(cluster, str(exc))
            self._pause_s = min(2 * self._pause_s, MAX_PAUSE_S)
            return
        reads_all = queue_reading.reads_all(cluster)
        self._pause_s = READ_ALL_EVERY_S if reads_all else READ_EVERY_S
