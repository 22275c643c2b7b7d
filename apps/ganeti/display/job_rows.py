"""Rows of the list of jobs."""

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.web import times
from apps.web.lists import Address, Column, Head, heads_of

from ..domain.queued_job import QueuedJob
from ..models import Job
from ..reads.cluster_jobs import ClusterJob, JobKey, VisibleJobs
from ..state.job_queue import ClusterQueue
from . import instance_page, job_labels

COLUMNS = (
    Column("id", _("Job"), number=True),
    Column("kind", _("Kind")),
    Column("status", _("Status")),
    Column("cluster", _("Cluster")),
    Column("received", _("Submitted")),
    Column("duration", _("Duration"), number=True),
)
# Times on the page are written anew this often, seconds: while jobs run, and otherwise.
_RUNNING_S, _IDLE_S = 5, 60


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as the list shows it."""

    key: str
    id: int
    url: str
    cluster: str
    kind: str
    object_name: str
    object_url: str
    more: int  # opcodes beside the first
    dot: str
    status: str
    busy: bool
    user: str  # who submitted it here; empty if it was submitted elsewhere
    received: SafeString
    duration: str
    waits: bool


def address(cluster: str, job_id: int) -> str:
    return reverse("ganeti:job-detail", args=(cluster, job_id))


def rows(
    items: Iterable[ClusterJob], jobs: VisibleJobs, ours: Mapping[JobKey, Job]
) -> Iterator[JobRow]:
    """Yield the rows of a page; ``ours`` are our rows of its jobs."""
    for item in items:
        yield _row(item, jobs, ours.get(item.key))


def _row(item: ClusterJob, jobs: VisibleJobs, ours: Job | None) -> JobRow:
    cluster, job = item
    opcode = job.opcode
    instance = jobs.instance_of(cluster, opcode)
    return JobRow(
        key=f"job-{cluster}-{job.id}",
        id=job.id,
        url=address(cluster, job.id),
        cluster=cluster,
        kind=job_labels.kind(opcode.name),
        object_name=opcode.object_name,
        object_url=instance_page.address(instance) if instance else "",
        more=max(len(job.summaries) - 1, 0),
        dot=job_labels.DOTS[job.status],
        status=str(job_labels.STATUSES[job.status]),
        busy=not job.finished,
        user=ours.user.get_username() if ours and ours.user else "",
        received=times.element(job.received_at),
        duration=duration(job),
        waits=job.started_at is None and not job.finished,
    )


def duration(job: QueuedJob) -> str:
    """Write how long a job ran, or has been running; empty if it never did."""
    if job.started_at is None:
        return ""
    ended_at = job.ended_at or timezone.now()
    return times.duration(max(ended_at - job.started_at, times.NONE))


def heads(*, sorted_by: Address, order: str) -> tuple[Head, ...]:
    return heads_of(COLUMNS, sorted_by=sorted_by, order=order)


def version_of(queues: Sequence[ClusterQueue]) -> str:
    """Name what is shown of queues, for polls; it changes with the times shown."""
    runs = any(queue.unfinished for queue in queues)
    period = int(time.time() / (_RUNNING_S if runs else _IDLE_S))
    shown = [(q.cluster.slug, q.version, q.error, bool(q.read_at)) for q in queues]
    return hashlib.sha256(repr((shown, period)).encode()).hexdigest()[:16]
