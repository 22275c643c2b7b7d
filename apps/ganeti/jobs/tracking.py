"""Track submitted jobs: which watcher follows them, their progress and their end."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ..domain.job import FINAL, JobReport, JobStatus, LogLine, may_become
from ..models import Cluster, Job
from ..rapi.client import RapiClient
from ..rapi.query import at_least
from ..rapi.versions import Capability
from ..state.connections import client_for
from ..state.refreshing import assume_version
from ..state.snapshots import contents_in_memory
from . import handlers
from .job_reason import key_in
from .kinds import record_of

logger = logging.getLogger(__name__)

FIELDS = ("id", "status", "opresult", "oplog", "end_ts")
# The lease of a watcher on a job; renewed every second while it lives.
LEASE_S = 4
# A job without an id is searched for when its call should have been answered by now,
# and given up when no process can still be waiting for the answer.
SEARCH_AFTER_S = 3
MARGIN_S = 7
# The cluster's own watcher archives jobs after six hours; an older one that is not in
# the list may have run nevertheless.
ARCHIVED_AFTER = timedelta(hours=5)
CLOCKS_DIFFER = timedelta(minutes=1)


def end_job(job: Job, report: JobReport) -> bool:
    """Finish a job and run its handlers; return whether this process finished it.

    Both in one transaction: in between, the chain would look finished although a next
    job follows. If handlers fail, the job still is finished; if the database fails, the
    end is seen again.
    """
    with transaction.atomic():
        ended = finish(job, report)
        if ended:
            handlers.try_to_handle(job.pk)
    return ended


def finish(job: Job, report: JobReport) -> bool:
    """Store the outcome of a job; return whether this process did.

    One UPDATE decides between two watchers that see the same end.
    """
    if report.status not in FINAL:
        raise ValueError(f"{report.status} is not the end of a job")
    now = timezone.now()
    return bool(
        Job.objects.unfinished()
        .filter(pk=job.pk)
        .update(
            status=report.status,
            message=report.message,
            log=_as_json(report.log) or job.log,
            busy_key=None,
            finished_at=report.ended_at or now,
            changed_at=now,
            follower="",
            leased_until=None,
        )
    )


def progress(job: Job, report: JobReport) -> bool:
    """Store the progress of a job; return whether it changed."""
    log = _as_json(report.log)
    if report.status is None or (report.status == job.status and log == job.log):
        return False
    if not may_become(JobStatus(job.status), report.status):
        return False
    is_starting = report.status == JobStatus.RUNNING != job.status
    with transaction.atomic():
        Job.objects.unfinished().filter(pk=job.pk).update(
            status=report.status, log=log, changed_at=timezone.now()
        )
        if is_starting:
            handlers.run_start_handlers(job)
    return True


def _as_json(log: Iterable[LogLine]) -> list[list[Any]]:
    return [[line.serial, line.at.isoformat(), line.text] for line in log]


# -- which watcher follows a job


def claim(follower: str, now: datetime, *, older_than_s: float = 0) -> None:
    """Take over the unfinished jobs without a follower.

    Jobs younger than ``older_than_s`` are left, since their wake-up may be on its way
    to another watcher.
    """
    submitted_before = now - timedelta(seconds=older_than_s)
    Job.objects.submitted().without_follower(now).filter(
        submitted_at__lte=submitted_before
    ).update(follower=follower, leased_until=now + timedelta(seconds=LEASE_S))


def take(follower: str, pk: int) -> Job | None:
    """Take over a job from any follower, since beanstalkd gave us its wake-up."""
    now = timezone.now()
    Job.objects.unfinished().filter(pk=pk).update(
        follower=follower, leased_until=now + timedelta(seconds=LEASE_S)
    )
    return Job.objects.unfinished().filter(pk=pk).first()


def renew(follower: str) -> None:
    """Extend the leases on the jobs of a follower."""
    until = timezone.now() + timedelta(seconds=LEASE_S)
    Job.objects.unfinished().filter(follower=follower).update(leased_until=until)


def release(follower: str) -> None:
    """Release the jobs of a follower."""
    Job.objects.filter(follower=follower).update(follower="", leased_until=None)


def followed_by(follower: str, cluster: Cluster) -> list[Job]:
    return list(
        Job.objects.unfinished()
        .filter(follower=follower, cluster=cluster)
        .select_related("user", "cluster")
    )


# -- querying Ganeti


def fetch_reports(
    cluster: Cluster, jobs: Sequence[Job], *, patience_s: float | None = None
) -> dict[int, JobReport]:
    """Query several jobs by one call; return reports by Ganeti's job id.

    Jobs that are not in the queue have no report. Raises RapiError.
    """
    ids = [job.ganeti_id for job in jobs if job.ganeti_id is not None]
    client = client_for(cluster, patience_s=patience_s)
    assume_version(client, cluster)
    rows = client.jobs_by_id(ids, FIELDS)
    reports = map(JobReport.from_rapi, rows)
    return {report.id: report for report in reports if report.id}


def is_search_due(job: Job, now: datetime) -> bool:
    """Return whether to search for a job without an id."""
    if job.status == JobStatus.IN_DOUBT:
        return True
    return now - job.submitted_at > timedelta(seconds=SEARCH_AFTER_S)


def is_search_over(job: Job, now: datetime) -> bool:
    """Return whether a job that was not found can no longer appear.

    The process that submits it may first wait for one of its slots as long as for the
    call itself.
    """
    if job.status == JobStatus.IN_DOUBT:
        return True
    call_s = settings.RAPI_CONNECT_TIMEOUT + settings.RAPI_RESPONSE_TIMEOUT
    return now - job.submitted_at > timedelta(seconds=2 * call_s + MARGIN_S)


def find_lost_jobs(cluster: Cluster, jobs: Sequence[Job]) -> set[int]:
    """Search for jobs by their keys and store their ids; return the pks of those found.

    Raises RapiError.
    """
    by_key = {job.key: job for job in jobs}
    found_pks = set()
    client = client_for(cluster)
    assume_version(client, cluster)
    reports = _fetch_recent_reports(client, cluster, jobs)
    for report in reports:
        for key in filter(None, map(key_in, report.reasons)):
            if key in by_key:
                _assign_id(by_key[key], report)
                found_pks.add(by_key[key].pk)
    keeps_reasons = _keeps_reasons(cluster)
    for job in jobs:
        if keeps_reasons and job.kind != Job.Kind.REINSTALL:
            continue
        keyless_report = _find_without_key(job, reports)
        if keyless_report is not None:
            _assign_id(job, keyless_report)
            found_pks.add(job.pk)
    return found_pks


def _keeps_reasons(cluster: Cluster) -> bool:
    """Return whether a cluster's jobs carry our keys, as they do since Ganeti 2.8."""
    contents = contents_in_memory(cluster)
    return contents is None or contents.can(Capability.REASON)


def _find_without_key(job: Job, reports: Iterable[JobReport]) -> JobReport | None:
    """Find a job without a key by its opcode, instance and time.

    A like job on the same instance in the same minute would be mistaken for it.
    """
    summary = f"{record_of(job).opcode}({job.target_name})"
    since = job.submitted_at - CLOCKS_DIFFER
    for report in reports:
        if summary not in report.summary or (report.received_at or since) <= since:
            continue
        if not Job.objects.filter(cluster=job.cluster, ganeti_id=report.id).exists():
            return report
    return None


def _assign_id(job: Job, report: JobReport) -> None:
    logger.info("%s: job %s is %s", job.cluster.slug, report.id, job)
    Job.objects.without_id().filter(pk=job.pk).update(
        ganeti_id=report.id,
        status=JobStatus.QUEUED,
        message="",
        changed_at=timezone.now(),
    )


def _fetch_recent_reports(
    client: RapiClient, cluster: Cluster, jobs: Sequence[Job]
) -> list[JobReport]:
    """Return the cluster's jobs since the last one with a known id before ``jobs``."""
    oldest = min(job.pk for job in jobs)
    earlier = Job.objects.filter(
        cluster=cluster, pk__lt=oldest, ganeti_id__isnull=False
    )
    last_id = earlier.order_by("-pk").values_list("ganeti_id", flat=True).first()
    fields = ("id", "ops", "summary", "received_ts")
    rows = client.query("job", fields, at_least("id", last_id or 0))
    reports = (JobReport.from_rapi({**row, "status": None}) for row in rows)
    return [report for report in reports if report.id]


def lost_report(job: Job, now: datetime) -> JobReport:
    """Return the final report of a job that was not found on its cluster.

    Where jobs carry no keys, it may have run unrecognized.
    """
    if now - job.submitted_at > ARCHIVED_AFTER or not _keeps_reasons(job.cluster):
        return JobReport(0, JobStatus.LOST)
    return JobReport(0, JobStatus.NOT_SUBMITTED, message=job.message)
