"""Refresh the clusters that are due, several in parallel."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.utils import timezone

from apps.work.loops import Loop

from ..models import Cluster
from ..state import refresh_lease, refreshing

logger = logging.getLogger(__name__)
REFRESH_LOOK_EVERY_S = 0.5
# Lease on a cluster's refresh, renewed while the refresh takes longer.
REFRESH_LEASE_S = 10
RENEW_EVERY_S = 2


class Refresher(Loop):
    """Loop that refreshes the clusters that are due, several in parallel."""

    def __init__(self, stopping: threading.Event, workers: int) -> None:
        super().__init__("refresher", stopping)
        self._pool = ThreadPoolExecutor(workers, "refresh")
        self._at_work: set[int] = set()
        self._renewed_at = time.monotonic()

    def run_once(self) -> float:
        clusters = Cluster.objects.enabled()
        for cluster in refreshing.due_clusters(clusters, timezone.now()):
            if cluster.pk not in self._at_work:
                self._at_work.add(cluster.pk)
                self._pool.submit(self._refresh, cluster)
        self._renew()
        return REFRESH_LOOK_EVERY_S

    def _renew(self) -> None:
        if self._at_work and time.monotonic() - self._renewed_at > RENEW_EVERY_S:
            refresh_lease.renew(REFRESH_LEASE_S)
            self._renewed_at = time.monotonic()

    def _refresh(self, cluster: Cluster) -> None:
        try:
            refreshing.refresh(cluster, lease_s=REFRESH_LEASE_S)
        except Exception:
            logger.exception("%s: not refreshed", cluster.slug)
        finally:
            self._at_work.discard(cluster.pk)
            connection.close()
