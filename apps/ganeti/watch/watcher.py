"""The watcher: refreshes snapshots, follows jobs, and is followed by its beat.

Threads, one for each wait, which gevent makes cheap where the process is patched:
one refreshes what is due, one looks after the table of jobs, one listens to
beanstalkd, one per cluster with jobs asks for all of them at once, and one does each
chore that an app has registered.
"""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterable

from django.db import connection

from apps.work import chores
from apps.work.loops import Chore, Loop

from ..images import fetching
from ..jobs import tracking, wakeups
from ..models import WatcherBeat
from ..state import refresh_lease
from .beanstalk_listener import Listener
from .follower import Follower
from .refresher import Refresher
from .sweeper import Sweeper

logger = logging.getLogger(__name__)

# How long a loop that is told to stop may take to finish its turn.
STOP_WITHIN_S = 2.0
ANNOUNCED_WITHIN_S = 2.0


def new_name() -> str:
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"


class Watcher:
    """All the loops of one watching process."""

    def __init__(self, *, workers: int = 50) -> None:
        self.name = new_name()
        self.stopping = threading.Event()
        self._followers: dict[int, Follower] = {}
        self._lock = threading.Lock()
        self._listener = Listener(self.take, self.stopping)
        self._loops: list[Loop] = [
            Refresher(self.stopping, workers),
            Sweeper(self, self.stopping),
            *(
                Chore(task.name, self.stopping, task.do, task.every_s)
                for task in chores.registered()
            ),
        ]
        if wakeups.is_configured():
            self._loops.append(self._listener)

    @property
    def announced_within_s(self) -> float:
        """How long a new job's wake-up may be on its way to another watcher."""
        return ANNOUNCED_WITHIN_S if self._listener.connected else 0

    def start(self) -> None:
        for loop in self._loops:
            loop.start()
        logger.info("watching as %s", self.name)

    def stop(self) -> None:
        """End all loops; one in a call to a cluster that hangs is left behind."""
        self.stopping.set()
        patience_ends = time.monotonic() + STOP_WITHIN_S
        with self._lock:
            loops = [*self._loops, *self._followers.values()]
        for loop in loops:
            loop.wake()
        for loop in loops:
            loop.join(max(0, patience_ends - time.monotonic()))

    def leave(self) -> None:
        """Let others have our jobs at once, and take our beat away."""
        tracking.release(self.name)
        refresh_lease.release()
        fetching.release()
        WatcherBeat.objects.filter(name=self.name).delete()
        connection.close()

    def take(self, pk: int) -> bool:
        """Follow a job that beanstalkd gave us; tell whether there is anything to."""
        job = tracking.take(self.name, pk)
        if job is None:
            return False
        self._follower(job.cluster_id).wake()
        return True

    def follow(self, cluster_pks: Iterable[int]) -> None:
        """See to it that somebody follows our jobs on these clusters."""
        for pk in cluster_pks:
            follower = self._follower(pk)
            if follower.idle:
                follower.wake()

    def _follower(self, cluster_pk: int) -> Follower:
        with self._lock:
            follower = self._followers.get(cluster_pk)
            if follower is None or not follower.is_alive():
                follower = Follower(self.name, cluster_pk, self.stopping)
                self._followers[cluster_pk] = follower
                follower.start()
            return follower
