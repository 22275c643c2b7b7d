"""Follow our jobs on one cluster until they end."""

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
    """Loop that polls our jobs on one cluster, all of them by one call."""

    def __init__(self, name: str, cluster_pk: int, stopping: threading.Event) -> None:
        super().__init__(f"follower {cluster_pk}", stopping)
        self._watcher_name = name
        self._cluster_pk = cluster_pk
        self._pace = Pace(time.monotonic())
        self._failed_jobs: list[Exception] = []
        self.idle = False

    def wake(self) -> None:
        self._pace.changed(time.monotonic())
        super().wake()

    def run_once(self) -> float | None:
        self.stopping.wait(self._pace.wait_s(time.monotonic()))
        started_at = time.monotonic()
        cluster = Cluster.objects.filter(pk=self._cluster_pk).first()
        jobs = tracking.followed_by(self._watcher_name, cluster) if cluster else []
        self.idle = not jobs
        if cluster is None or not jobs:
            self._pace.all_ended()
            return None
        self._failed_jobs.clear()
        try:
            calls = self._poll(cluster, jobs)
        except RapiError as exc:
            logger.warning("%s: jobs not seen: %s", cluster.slug, exc)
            self._pace.not_answered(time.monotonic())
            return PAUSE_WHEN_DOWN_S
        self._pace.answered(started_at, calls)
        if self._failed_jobs:
            raise self._failed_jobs[0]
        return self._pace.pause_s(started_at, time.monotonic())

    def _poll(self, cluster: Cluster, jobs: list[Job]) -> int:
        """Poll the jobs and store their progress; return the number of RAPI calls."""
        without_id, with_id = _split_by_id(jobs)
        ended_jobs: list[tuple[Job, JobReport]] = []
        calls = 0
        if with_id:
            ended_jobs += self._fetch_reports(cluster, with_id)
            calls += 1
        to_search = [
            job for job in without_id if tracking.is_search_due(job, timezone.now())
        ]
        if to_search:
            ended_jobs += self._search(cluster, to_search)
            calls += 1
        if ended_jobs:
            calls += self._end(cluster, ended_jobs)
        return calls

    def _fetch_reports(
        self, cluster: Cluster, jobs: list[Job]
    ) -> list[tuple[Job, JobReport]]:
        reports = tracking.fetch_reports(
            cluster, jobs, patience_s=self._pace.patience_s
        )
        ended_jobs: list[tuple[Job, JobReport]] = []

        def process_job(job: Job) -> None:
            report = reports.get(job.ganeti_id or 0)
            if report is None:
                if self._missing_too_long(job):
                    ended_jobs.append((job, JobReport(0, JobStatus.LOST)))
            elif report.status in FINAL:
                ended_jobs.append((job, report))
            elif tracking.progress(job, report):
                self._pace.changed(time.monotonic())

        self._for_each(process_job, jobs)
        return ended_jobs

    def _for_each(self, process: Callable[[Job], None], jobs: Iterable[Job]) -> None:
        """Process every job; an error fails this run, but doesn't delay other jobs."""
        for job in jobs:
            try:
                process(job)
            except Exception as exc:  # noqa: BLE001 - raised after all were processed
                logger.warning("%s: job %s: %s", self.name, job.pk, exc)
                self._failed_jobs.append(exc)

    def _search(self, cluster: Cluster, jobs: list[Job]) -> list[tuple[Job, JobReport]]:
        found_pks = tracking.find_lost_jobs(cluster, jobs)
        if found_pks:
            self._pace.changed(time.monotonic())
        now = timezone.now()
        return [
            (job, tracking.lost_report(job, now))
            for job in jobs
            if job.pk not in found_pks
            and tracking.is_search_over(job, now)
            and self._missing_too_long(job)
        ]

    def _missing_too_long(self, job: Job) -> bool:
        return self._pace.missing_too_long(job.pk, time.monotonic())

    def _end(self, cluster: Cluster, ended_jobs: list[tuple[Job, JobReport]]) -> int:
        """Finish jobs, with their instances refreshed first: pages show the effect."""
        self._pace.changed(time.monotonic())
        names = {
            name
            for job, _ in ended_jobs
            if job.target_kind == TargetKind.INSTANCE
            for name in (job.target_name, job.new_name)
        }
        kinds = {job.target_kind for job, _ in ended_jobs}
        try:
            refreshing.refresh_instances(cluster, filter(None, names))
            if TargetKind.NODE_GROUP in kinds:
                refreshing.refresh_groups(cluster)
        except RapiError as exc:
            logger.warning("%s: not refreshed: %s", cluster.slug, exc)
        except Exception as exc:  # noqa: BLE001 - a job ends even if its instance is broken
            self._failed_jobs.append(exc)
        reports = {job.pk: report for job, report in ended_jobs}

        def end(job: Job) -> None:
            self._pace.ended(job.pk)
            if tracking.end_job(job, reports[job.pk]):
                logger.info("%s: %s: %s", cluster.slug, job, reports[job.pk].status)

        self._for_each(end, [job for job, _ in ended_jobs])
        return 1


def _split_by_id(jobs: Iterable[Job]) -> tuple[list[Job], list[Job]]:
    """Return the jobs without a Ganeti id, and those with one."""
    without_id: list[Job] = []
    with_id: list[Job] = []
    for job in jobs:
        (without_id if job.status in WITHOUT_ID else with_id).append(job)
    return without_id, with_id
