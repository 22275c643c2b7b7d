"""Jobs from submitted to finished.

Whoever cares for the end of a kind of job registers a handler; the handlers of a job
run in one transaction with the mark that they ran, so that they run once, however
often its end is seen and whoever dies in between.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from apps.work import failures

from ..domain.job import FINAL, JobReport, JobStatus, LogLine, may_become
from ..models import Cluster, Job
from ..rapi.client import RapiClient
from ..rapi.query import at_least
from ..rapi.versions import Capability
from ..state.connections import client_for
from ..state.refreshing import assume_version
from ..state.snapshots import remembered
from .job_reason import key_in
from .kinds import record_of

logger = logging.getLogger(__name__)

Handler = Callable[[Job], None]

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

# How soon what comes of a job's end is tried again, at first and at last; how long.
HANDLED_AGAIN_S = 60.0
HANDLED_AGAIN_AT_LAST_S = 3600.0
GIVEN_UP_AFTER = timedelta(days=5)

_handlers: dict[Job.Kind, list[Handler]] = {}
_starters: dict[Job.Kind, list[Handler]] = {}


def on_finished(kind: Job.Kind) -> Callable[[Handler], Handler]:
    """Register a function to be called once when a job of a kind has ended, anyhow.

    It runs inside a transaction and waits for nothing but the database, not even for
    the cache: where threads are gevent's, another would run meanwhile, and one that
    waits in the database for our rows lets none run. What must not be done twice or
    takes its time is left to ``transaction.on_commit``.
    """

    def register(handler: Handler) -> Handler:
        _handlers.setdefault(kind, []).append(handler)
        return handler

    return register


def on_started(kind: Job.Kind) -> Callable[[Handler], Handler]:
    """Register a function to be called when a job of a kind is seen to run.

    It runs inside a transaction, and not at all for a job whose end was seen first.
    """

    def register(handler: Handler) -> Handler:
        _starters.setdefault(kind, []).append(handler)
        return handler

    return register


def end(job: Job, report: JobReport) -> bool:
    """Finish a job and run its handlers; tell whether it was us who finished it.

    Both at once: in between, what follows as a next job would seem not to come. An
    end whose handlers fail is kept; one that the database could not keep is seen again.
    """
    with transaction.atomic():
        ended = finish(job, report)
        if ended:
            try_to_handle(job.pk)
    return ended


def handle(pk: int) -> bool:
    """Run the handlers of a finished job unless they ran; tell whether they did now."""
    with transaction.atomic():
        job = _locked(pk)
        if job is None or job.unfinished or job.handled_at:
            return False
        for handler in _handlers.get(Job.Kind(job.kind), ()):
            handler(job)
        if job.unfinished:
            return True  # a handler has it tried again
        job.handled_at = timezone.now()
        job.save(update_fields=["handled_at"])
    return True


def _locked(pk: int) -> Job | None:
    """Return a job, locked; None while somebody else has it, who then does the rest.

    Waiting for a lock would stop all threads of a process where they are gevent's.
    """
    can_skip = connection.features.has_select_for_update_skip_locked
    return Job.objects.select_for_update(skip_locked=can_skip).filter(pk=pk).first()


def try_to_handle(pk: int) -> bool:
    """Run the handlers of a finished job; a fault of theirs is reported: False then.

    The job stays unhandled then, and others are not held up by it.
    """
    try:
        handle(pk)
    except (OperationalError, InterfaceError):
        raise
    except Exception as exc:  # noqa: BLE001 - whatever a handler raises gets a row
        handling_failed(pk, exc)
        return False
    return True


def handling(pk: int) -> str:
    """Return what failures call what comes of a job's end."""
    return f"end of job {pk}"


def handling_failed(pk: int, exc: Exception) -> None:
    """Write down that a handler failed; after days the job counts as handled."""
    failure = failures.record(
        handling(pk),
        exc,
        first_s=HANDLED_AGAIN_S,
        longest_s=HANDLED_AGAIN_AT_LAST_S,
        give_up_after=GIVEN_UP_AFTER,
    )
    if failure.given_up_at:
        logger.error("Job %s: what comes of its end is given up", pk)
        Job.objects.filter(pk=pk).update(handled_at=failure.given_up_at)


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
        for starter in _starters.get(Job.Kind(job.kind), ()) if starts else ():
            starter(job)
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
    contents = remembered(cluster)
    return contents is None or contents.can(Capability.REASON)


def _unmarked(job: Job, reports: Iterable[JobReport]) -> JobReport | None:
    """Find a job that carries no key by what it does and when it came.

    One of another's of the same instance in the same minute would be taken for it.
    """
    summary = f"{record_of(job).opcode}({job.instance})"
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
