"""Jobs from submitted to finished: who follows them, and what Ganeti says of them."""

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
# A row without an id is looked for when its call should long have been answered, and
# given up when no process can still be waiting in it.
SOUGHT_AFTER_S = 3
MARGIN_S = 7
# The cluster's own watcher archives jobs after six hours; what is older and not in
# the list may have run all the same.
ARCHIVED_AFTER = timedelta(hours=5)
CLOCKS_DIFFER = timedelta(minutes=1)


def end(job: Job, report: JobReport) -> bool:
    """Finish a job and run its handlers; tell whether it was us who finished it.

    Both at once: in between, what follows as a next job would seem not to come. An
    end whose handlers fail is kept; one that the database could not keep is seen again.
    """
    with transaction.atomic():
        ended = finish(job, report)
        if ended:
            handlers.try_to_handle(job.pk)
    return ended


def finish(job: Job, report: JobReport) -> bool:
    """Write down how a job ended; tell whether it was us who did.

    One UPDATE decides, so that two watchers may see the same end.
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
    """Write down where a job has got to; tell whether that was news."""
    log = _as_json(report.log)
    if report.status is None or (report.status == job.status and log == job.log):
        return False
    if not may_become(JobStatus(job.status), report.status):
        return False
    starts = report.status == JobStatus.RUNNING != job.status
    with transaction.atomic():
        Job.objects.unfinished().filter(pk=job.pk).update(
            status=report.status, log=log, changed_at=timezone.now()
        )
        if starts:
            handlers.run_started(job)
    return True


def _as_json(log: Iterable[LogLine]) -> list[list[Any]]:
    return [[line.serial, line.at.isoformat(), line.text] for line in log]


# -- whose job it is


def claim(follower: str, now: datetime, *, older_than_s: float = 0) -> None:
    """Take over the unfinished jobs that nobody follows.

    ``older_than_s`` leaves the newest alone, whose wake-up may be on its way to
    another watcher.
    """
    submitted_before = now - timedelta(seconds=older_than_s)
    Job.objects.submitted().without_follower(now).filter(
        submitted_at__lte=submitted_before
    ).update(follower=follower, leased_until=now + timedelta(seconds=LEASE_S))


def take(follower: str, pk: int) -> Job | None:
    """Follow a job whoever did before: beanstalkd says that it is ours now."""
    now = timezone.now()
    Job.objects.unfinished().filter(pk=pk).update(
        follower=follower, leased_until=now + timedelta(seconds=LEASE_S)
    )
    return Job.objects.unfinished().filter(pk=pk).first()


def renew(follower: str) -> None:
    """Say that we live, and still follow what we followed."""
    until = timezone.now() + timedelta(seconds=LEASE_S)
    Job.objects.unfinished().filter(follower=follower).update(leased_until=until)


def release(follower: str) -> None:
    """Leave our jobs to others."""
    Job.objects.filter(follower=follower).update(follower="", leased_until=None)


def followed_by(follower: str, cluster: Cluster) -> list[Job]:
    return list(
        Job.objects.unfinished()
        .filter(follower=follower, cluster=cluster)
        .select_related("user", "cluster")
    )


# -- asking Ganeti


def ask(
    cluster: Cluster, jobs: Sequence[Job], *, patience_s: float | None = None
) -> dict[int, JobReport]:
    """Ask for several jobs by one call; return reports by Ganeti's job id.

    A job that the queue does not know has no report. Raises RapiError.
    """
    ids = [job.ganeti_id for job in jobs if job.ganeti_id is not None]
    client = client_for(cluster, patience_s=patience_s)
    assume_version(client, cluster)
    rows = client.jobs_by_id(ids, FIELDS)
    reports = map(JobReport.from_rapi, rows)
    return {report.id: report for report in reports if report.id}


def may_be_sought(job: Job, now: datetime) -> bool:
    """Tell whether a job without an id is to be looked for by its key."""
    if job.status == JobStatus.IN_DOUBT:
        return True
    return now - job.submitted_at > timedelta(seconds=SOUGHT_AFTER_S)


def may_be_given_up(job: Job, now: datetime) -> bool:
    """Tell whether a job that is not found will not come any more.

    The process that submits it may wait for one of its slots first, as long as for
    the call itself.
    """
    if job.status == JobStatus.IN_DOUBT:
        return True
    call_s = settings.RAPI_CONNECT_TIMEOUT + settings.RAPI_RESPONSE_TIMEOUT
    return now - job.submitted_at > timedelta(seconds=2 * call_s + MARGIN_S)


def find(cluster: Cluster, jobs: Sequence[Job]) -> set[int]:
    """Look for jobs by their keys; write down the ids, return the rows' keys found.

    Raises RapiError.
    """
    by_key = {job.key: job for job in jobs}
    found = set()
    client = client_for(cluster)
    assume_version(client, cluster)
    reports = _reported_since(client, cluster, jobs)
    for report in reports:
        for key in filter(None, map(key_in, report.reasons)):
            if key in by_key:
                _found(by_key[key], report)
                found.add(by_key[key].pk)
    keeps_reasons = _keeps_reasons(cluster)
    for job in jobs:
        if keeps_reasons and job.kind != Job.Kind.REINSTALL:
            continue
        unmarked = _unmarked(job, reports)
        if unmarked is not None:
            _found(job, unmarked)
            found.add(job.pk)
    return found


def _keeps_reasons(cluster: Cluster) -> bool:
    """Tell whether jobs on a cluster carry our keys; Ganeti does it since 2.8."""
    contents = contents_in_memory(cluster)
    return contents is None or contents.can(Capability.REASON)


def _unmarked(job: Job, reports: Iterable[JobReport]) -> JobReport | None:
    """Find a job that carries no key by what it does and when it came.

    One of another's of the same instance in the same minute would be taken for it.
    """
    summary = f"{record_of(job).opcode}({job.target_name})"
    since = job.submitted_at - CLOCKS_DIFFER
    for report in reports:
        if summary not in report.summary or (report.received_at or since) <= since:
            continue
        if not Job.objects.filter(cluster=job.cluster, ganeti_id=report.id).exists():
            return report
    return None


def _found(job: Job, report: JobReport) -> None:
    logger.info("%s: job %s is %s", job.cluster.slug, report.id, job)
    Job.objects.without_id().filter(pk=job.pk).update(
        ganeti_id=report.id,
        status=JobStatus.QUEUED,
        message="",
        changed_at=timezone.now(),
    )


def _reported_since(
    client: RapiClient, cluster: Cluster, jobs: Sequence[Job]
) -> list[JobReport]:
    """Return the cluster's jobs since the one that we knew last before ``jobs``."""
    oldest = min(job.pk for job in jobs)
    earlier = Job.objects.filter(
        cluster=cluster, pk__lt=oldest, ganeti_id__isnull=False
    )
    known = earlier.order_by("-pk").values_list("ganeti_id", flat=True).first()
    fields = ("id", "ops", "summary", "received_ts")
    rows = client.query("job", fields, at_least("id", known or 0))
    reports = (JobReport.from_rapi({**row, "status": None}) for row in rows)
    return [report for report in reports if report.id]


def never_arrived(job: Job, now: datetime) -> JobReport:
    """Return the end of a job that the cluster's list does not have.

    Where jobs carry no keys, it may be there unrecognized.
    """
    if now - job.submitted_at > ARCHIVED_AFTER or not _keeps_reasons(job.cluster):
        return JobReport(0, JobStatus.LOST)
    return JobReport(0, JobStatus.NOT_SUBMITTED, message=job.message)
