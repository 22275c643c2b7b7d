"""Follows our jobs on one cluster until they end."""

import logging
import threading
import time
from collections.abc import Callable, Iterable

from django.utils import timezone

from apps.auditlog.target import TargetKind
from apps.work.loops import PAUSE_WHEN_DOWN_S, Loop

from ..domain.job import FINAL, WITHOUT_ID, JobReport, JobStatus
from ..jobs import tracking
from ..models import Cluster, Job
from ..rapi.errors import RapiError
from ..state import refreshing
from .pace import Pace

logger = logging.getLogger(__name__)


class Follower(Loop):
    """Follows our jobs on one cluster, all of them by one call."""

    def __init__(self, name: str, cluster_pk: int, stopping: threading.Event) -> None:
        super().__init__(f"follower {cluster_pk}", stopping)
        self._me = name
        self._cluster_pk = cluster_pk
        self._pace = Pace(time.monotonic())
        self._failed_jobs: list[Exception] = []
        self.idle = False

    def wake(self) -> None:
        self._pace.changed(time.monotonic())
        super().wake()

    def turn(self) -> float | None:
        self.stopping.wait(self._pace.wait_s(time.monotonic()))
        began = time.monotonic()
        cluster = Cluster.objects.filter(pk=self._cluster_pk).first()
        jobs = tracking.followed_by(self._me, cluster) if cluster else []
        self.idle = not jobs
        if cluster is None or not jobs:
            self._pace.all_ended()
            return None
        self._failed_jobs.clear()
        try:
            calls = self._look(cluster, jobs)
        except RapiError as exc:
            logger.warning("%s: jobs not seen: %s", cluster.slug, exc)
            self._pace.not_answered(time.monotonic())
            return PAUSE_WHEN_DOWN_S
        self._pace.answered(began, calls)
        if self._failed_jobs:
            raise self._failed_jobs[0]
        return self._pace.pause_s(began, time.monotonic())

    def _look(self, cluster: Cluster, jobs: list[Job]) -> int:
        """Ask about the jobs and write down the news; return how many calls it took."""
        lost, known = _divided(jobs)
        ended: list[tuple[Job, JobReport]] = []
        calls = 0
        if known:
            ended += self._ask(cluster, known)
            calls += 1
        sought = [job for job in lost if tracking.is_search_due(job, timezone.now())]
        if sought:
            ended += self._seek(cluster, sought)
            calls += 1
        if ended:
            calls += self._end(cluster, ended)
        return calls

    def _ask(self, cluster: Cluster, jobs: list[Job]) -> list[tuple[Job, JobReport]]:
        reports = tracking.fetch_reports(
            cluster, jobs, patience_s=self._pace.patience_s
        )
        ended: list[tuple[Job, JobReport]] = []

        def look(job: Job) -> None:
            report = reports.get(job.ganeti_id or 0)
            if report is None:
                if self._missing_too_long(job):
                    ended.append((job, JobReport(0, JobStatus.LOST)))
            elif report.status in FINAL:
                ended.append((job, report))
            elif tracking.progress(job, report):
                self._pace.changed(time.monotonic())

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
        found = tracking.find_lost_jobs(cluster, jobs)
        if found:
            self._pace.changed(time.monotonic())
        now = timezone.now()
        return [
            (job, tracking.lost_report(job, now))
            for job in jobs
            if job.pk not in found
            and tracking.is_search_over(job, now)
            and self._missing_too_long(job)
        ]

    def _missing_too_long(self, job: Job) -> bool:
        return self._pace.missing_too_long(job.pk, time.monotonic())

    def _end(self, cluster: Cluster, ended: list[tuple[Job, JobReport]]) -> int:
        """Bring the instances up to date first: who sees the end sees its effect."""
        self._pace.changed(time.monotonic())
        names = {
            name
            for job, _ in ended
            if job.target_kind == TargetKind.INSTANCE
            for name in (job.target_name, job.new_name)
        }
        try:
            refreshing.refresh_instances(cluster, filter(None, names))
        except RapiError as exc:
            logger.warning("%s: instances not refreshed: %s", cluster.slug, exc)
        except Exception as exc:  # noqa: BLE001 - a job ends whatever its instance is
            self._failed_jobs.append(exc)
        reports = {job.pk: report for job, report in ended}

        def end(job: Job) -> None:
            self._pace.ended(job.pk)
            if tracking.end_job(job, reports[job.pk]):
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
