"""The watcher process: refresh snapshots, follow jobs, run chores.

It has a thread for each of these, which are cheap where gevent has patched the process:
the refresher, the sweeper of the job table, the beanstalkd listener, a follower per
cluster with jobs, a reader per job queue that is looked at, and each chore that an app
has registered.
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
from .queue_reader import QueueInterest, QueueReader
from .refresher import Refresher
from .sweeper import Sweeper

logger = logging.getLogger(__name__)

# How long a loop may take to finish its task when it is stopped.
STOP_WITHIN_S = 2.0
ANNOUNCED_WITHIN_S = 2.0


def new_name() -> str:
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"


class Watcher:
    """The loops of one watcher process."""

    def __init__(self, *, workers: int = 50) -> None:
        self.name = new_name()
        self.stopping = threading.Event()
        self._followers: dict[int, Follower] = {}
        self._queue_readers: dict[int, QueueReader] = {}
        self._lock = threading.Lock()
        self._listener = Listener(self.take, self.stopping)
        self._loops: list[Loop] = [
            Refresher(self.stopping, workers),
            Sweeper(self, self.stopping),
            QueueInterest(self, self.stopping),
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
        """Stop all loops; one that hangs in a RAPI call is not waited for."""
        self.stopping.set()
        deadline = time.monotonic() + STOP_WITHIN_S
        with self._lock:
            loops = [
                *self._loops,
                *self._followers.values(),
                *self._queue_readers.values(),
            ]
        for loop in loops:
            loop.wake()
        for loop in loops:
            loop.join(max(0, deadline - time.monotonic()))

    def release(self) -> None:
        """Release jobs and leases to other watchers at once; delete the heartbeat."""
        tracking.release(self.name)
        refresh_lease.release()
        fetching.release()
        WatcherBeat.objects.filter(name=self.name).delete()
        connection.close()

    def take(self, pk: int) -> bool:
        """Follow a job announced by beanstalkd; return whether it is unfinished."""
        job = tracking.take(self.name, pk)
        if job is None:
            return False
        self._follower(job.cluster_id).wake()
        return True

    def follow(self, cluster_pks: Iterable[int]) -> None:
        """Start or wake the followers of these clusters."""
        for pk in cluster_pks:
            follower = self._follower(pk)
            if follower.idle:
                follower.wake()

    def read_queue(self, cluster_pk: int) -> None:
        """Start or wake the reader of a cluster's job queue."""
        with self._lock:
            reader = self._queue_readers.get(cluster_pk)
            if reader is None or not reader.is_alive():
                reader = QueueReader(self.name, cluster_pk, self.stopping)
                self._queue_readers[cluster_pk] = reader
                reader.start()
            elif reader.idle:
                reader.wake()

    def _follower(self, cluster_pk: int) -> Follower:
        with self._lock:
            follower = self._followers.get(cluster_pk)
            if follower is None or not follower.is_alive():
                follower = Follower(self.name, cluster_pk, self.stopping)
                self._followers[cluster_pk] = follower
                follower.start()
            return follower
