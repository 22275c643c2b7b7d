"""The watcher: refreshes snapshots, follows jobs, and is followed by its beat.

Threads, one for each wait, which gevent makes cheap where the process is patched:
one refreshes what is due, one looks after the table of jobs, one listens to
beanstalkd, and one per cluster with jobs asks for all of them at once.
"""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from apps.auditlog import digest
from apps.mails import delivery
from apps.pages import news
from apps.work import failures

from . import following, queue, refreshing, snapshots, turns
from .domain.job import FINAL, WITHOUT_ID, JobReport, JobStatus
from .encryption import UndecryptableError
from .images import fetching
from .listening import Listener
from .loops import PAUSE_WHEN_DOWN_S, Chore, Loop
from .models import Cluster, Job, WatcherBeat
from .rapi.errors import RapiError
from .services import requests, steps

logger = logging.getLogger(__name__)

SWEEP_EVERY_S = 1.0
BEAT_EVERY_S = 5.0
MAIL_EVERY_S = 1.0
IMAGES_LOOK_EVERY_S = 2.0
DAILY_S = 24 * 3600.0
REFRESH_LOOK_EVERY_S = 0.5
# The lease on a cluster's refresh, renewed while it takes longer.
REFRESH_LEASE_S = 10
RENEW_EVERY_S = 2
# How long a loop that is told to stop may take to finish its turn.
STOP_WITHIN_S = 2.0
# At first twice a second; then a tenth of the time since something last changed.
SHORTEST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0
# How long an answer about jobs may take at first, so that one that never comes does
# not keep the next question; doubled until one comes.
PATIENCE_S = 4.0
MOST_PATIENCE_S = 64.0
# How long a job must be missing before it is given up: it may be on its way.
MISSING_FOR_S = 3.0
ANNOUNCED_WITHIN_S = 2.0
FORGET_BEATS_AFTER = timedelta(days=1)


def new_name() -> str:
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"


class Refresher(Loop):
    """Refreshes the clusters that are due, several at once."""

    def __init__(self, stopping: threading.Event, workers: int) -> None:
        super().__init__("refresher", stopping)
        self._pool = ThreadPoolExecutor(workers, "refresh")
        self._at_work: set[int] = set()
        self._renewed_at = time.monotonic()

    def turn(self) -> float:
        clusters = Cluster.objects.enabled()
        for cluster in refreshing.due(clusters, timezone.now()):
            if cluster.pk not in self._at_work:
                self._at_work.add(cluster.pk)
                self._pool.submit(self._refresh, cluster)
        self._renew()
        return REFRESH_LOOK_EVERY_S

    def _renew(self) -> None:
        if self._at_work and time.monotonic() - self._renewed_at > RENEW_EVERY_S:
            turns.renew(REFRESH_LEASE_S)
            self._renewed_at = time.monotonic()

    def _refresh(self, cluster: Cluster) -> None:
        try:
            refreshing.refresh(cluster, lease_s=REFRESH_LEASE_S)
        except Exception:
            logger.exception("%s: not refreshed", cluster.slug)
        finally:
            self._at_work.discard(cluster.pk)
            connection.close()


class Follower(Loop):
    """Follows our jobs on one cluster, all of them by one call."""

    def __init__(self, name: str, cluster_pk: int, stopping: threading.Event) -> None:
        super().__init__(f"follower {cluster_pk}", stopping)
        self._me = name
        self._cluster_pk = cluster_pk
        self._news_at = time.monotonic()
        self._free_at = time.monotonic()
        self._missing_since: dict[int, float] = {}
        self._patience_s = PATIENCE_S
        self._failed_jobs: list[Exception] = []
        self.idle = False

    def wake(self) -> None:
        self._news_at = time.monotonic()
        super().wake()

    def turn(self) -> float | None:
        # However many wake us: two calls a second are the most.
        self.stopping.wait(max(0, self._free_at - time.monotonic()))
        began = time.monotonic()
        cluster = Cluster.objects.filter(pk=self._cluster_pk).first()
        jobs = following.followed_by(self._me, cluster) if cluster else []
        self.idle = not jobs
        if cluster is None or not jobs:
            self._missing_since.clear()
            return None
        self._failed_jobs.clear()
        try:
            calls = self._look(cluster, jobs)
        except (RapiError, UndecryptableError) as exc:
            logger.warning("%s: jobs not seen: %s", cluster.slug, exc)
            self._news_at = time.monotonic()
            self._patience_s = min(2 * self._patience_s, MOST_PATIENCE_S)
            return PAUSE_WHEN_DOWN_S
        self._patience_s = PATIENCE_S
        self._free_at = began + SHORTEST_PAUSE_S * calls
        if self._failed_jobs:
            raise self._failed_jobs[0]
        return self._pause(began)

    def _pause(self, began: float) -> float:
        """Return what is left of the time between two turns, longer without news."""
        now = time.monotonic()
        quiet_s = now - self._news_at
        between_s = min(max(SHORTEST_PAUSE_S, quiet_s / 10), LONGEST_PAUSE_S)
        return max(0, began + between_s - now)

    def _look(self, cluster: Cluster, jobs: list[Job]) -> int:
        """Ask about the jobs and write down the news; return how many calls it took."""
        lost, known = _divided(jobs)
        ended: list[tuple[Job, JobReport]] = []
        calls = 0
        if known:
            ended += self._ask(cluster, known)
            calls += 1
        sought = [job for job in lost if following.may_be_sought(job, timezone.now())]
        if sought:
            ended += self._seek(cluster, sought)
            calls += 1
        if ended:
            calls += self._end(cluster, ended)
        return calls

    def _ask(self, cluster: Cluster, jobs: list[Job]) -> list[tuple[Job, JobReport]]:
        reports = following.ask(cluster, jobs, patience_s=self._patience_s)
        ended: list[tuple[Job, JobReport]] = []

        def look(job: Job) -> None:
            report = reports.get(job.ganeti_id or 0)
            if report is None:
                if self._given_up(job):
                    ended.append((job, JobReport(0, JobStatus.LOST)))
            elif report.status in FINAL:
                ended.append((job, report))
            elif following.progress(job, report):
                self._news_at = time.monotonic()

        self._for_each(look, jobs)
        return ended

    def _for_each(self, do: Callable[[Job], None], jobs: Iterable[Job]) -> None:
        """Do it for every job; one that fails holds up no other, and fails the turn."""
        for job in jobs:
            try:
                do(job)
            except Exception as exc:  # noqa: BLE001 - raised when all had their turn
                logger.warning("%s: job %s: %s", self.name, job.pk, exc)
                self._failed_jobs.append(exc)

    def _seek(self, cluster: Cluster, jobs: list[Job]) -> list[tuple[Job, JobReport]]:
        found = following.find(cluster, jobs)
        if found:
            self._news_at = time.monotonic()
        now = timezone.now()
        return [
            (job, following.never_arrived(job, now))
            for job in jobs
            if job.pk not in found
            and following.may_be_given_up(job, now)
            and self._given_up(job)
        ]

    def _given_up(self, job: Job) -> bool:
        since = self._missing_since.setdefault(job.pk, time.monotonic())
        return time.monotonic() - since >= MISSING_FOR_S

    def _end(self, cluster: Cluster, ended: list[tuple[Job, JobReport]]) -> int:
        """Bring the instances up to date first: who sees the end sees its effect."""
        self._news_at = time.monotonic()
        names = {name for job, _ in ended for name in (job.instance, job.new_name)}
        try:
            refreshing.refresh_instances(cluster, filter(None, names))
        except RapiError as exc:
            logger.warning("%s: instances not refreshed: %s", cluster.slug, exc)
        except Exception as exc:  # noqa: BLE001 - a job ends whatever its instance is
            self._failed_jobs.append(exc)
        reports = {job.pk: report for job, report in ended}

        def end(job: Job) -> None:
            self._missing_since.pop(job.pk, None)
            if following.end(job, reports[job.pk]):
                logger.info("%s: %s: %s", cluster.slug, job, reports[job.pk].status)

        self._for_each(end, [job for job, _ in ended])
        return 1


def _divided(jobs: Iterable[Job]) -> tuple[list[Job], list[Job]]:
    """Return the jobs without and with an id of Ganeti's."""
    lost: list[Job] = []
    known: list[Job] = []
    for job in jobs:
        (lost if job.status in WITHOUT_ID else known).append(job)
    return lost, known


class Sweeper(Loop):
    """Looks after the table: rows without a follower, ends without their handlers."""

    def __init__(self, watcher: "Watcher", stopping: threading.Event) -> None:
        super().__init__("sweeper", stopping)
        self._watcher = watcher
        self._beat_at = float("-inf")

    def turn(self) -> float:
        now = timezone.now()
        name = self._watcher.name
        if Job.objects.unfinished().exists():
            following.renew(name)
            following.claim(name, now, older_than_s=self._watcher.announced_within_s)
            mine = Job.objects.unfinished().filter(follower=name)
            self._watcher.follow(mine.values_list("cluster_id", flat=True).distinct())
        self._handle_the_rest()
        steps.submit_planned()
        self._beat()
        return SWEEP_EVERY_S

    def _handle_the_rest(self) -> None:
        """Run handlers that did not run to their end; those that fail, less often."""
        unhandled = list(Job.objects.unhandled().values_list("pk", flat=True))
        if not unhandled:
            return
        chores = {pk: following.handling(pk) for pk in unhandled}
        resting = failures.resting(chores.values())
        due = [pk for pk in unhandled if chores[pk] not in resting]
        if due:
            # Handlers go by what this process knows.
            snapshots.current(Cluster.objects.enabled())
        for pk in due:
            self._handle_end(pk)

    # Not "_handle": threads have one in Python 3.13.
    def _handle_end(self, pk: int) -> None:
        try:
            if following.try_to_handle(pk):
                failures.clear(following.handling(pk))
        except (OperationalError, InterfaceError) as exc:
            # Of this row alone, perhaps; where the database is away, so is this.
            following.handling_failed(pk, exc)

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
            Chore("mail", self.stopping, delivery.deliver, MAIL_EVERY_S),
            Chore("images", self.stopping, fetching.fetch_due, IMAGES_LOOK_EVERY_S),
            Chore("refusals", self.stopping, digest.send, digest.LOOK_EVERY_S),
            Chore("news", self.stopping, news.refresh, news.LOOK_EVERY_S),
            Chore("old mail", self.stopping, delivery.forget, DAILY_S),
            Chore("old requests", self.stopping, requests.forget, DAILY_S),
            Chore("old failures", self.stopping, failures.forget, DAILY_S),
        ]
        if queue.configured():
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
        following.release(self.name)
        turns.release()
        fetching.release()
        WatcherBeat.objects.filter(name=self.name).delete()
        connection.close()

    def take(self, pk: int) -> bool:
        """Follow a job that beanstalkd gave us; tell whether there is anything to."""
        job = following.take(self.name, pk)
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
