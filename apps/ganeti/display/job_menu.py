"""The menu of jobs in the top bar: those that run, and those that just finished."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from apps.accounts.person import Person
from apps.auditlog.target import TargetKind

from ..jobs import counts
from ..models import Job
from . import job_labels, job_rows, labels

MAX_RUNNING = 10


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A job in the menu; ``progress`` is the last line of its log."""

    label: str
    target: str
    url: str
    dot: str
    at: datetime
    progress: str


@dataclass(frozen=True, slots=True)
class JobMenu:
    """Running jobs that the user sees, and their own that finished unread."""

    running: list[MenuItem]
    more: int  # running ones that are left out
    finished: list[MenuItem]
    until: datetime  # what finished later isn't in the menu


def menu_of(user: User, person: Person) -> JobMenu:
    until = timezone.now()
    running = counts.running(user, person).select_related("cluster")
    total = running.count()
    finished = [
        job for job in counts.unread(user) if (job.finished_at or until) <= until
    ]
    return JobMenu(
        running=_items(running.order_by("-pk")[:MAX_RUNNING]),
        more=max(total - MAX_RUNNING, 0),
        finished=_items(finished),
        until=until,
    )


def _items(jobs: Iterable[Job]) -> list[MenuItem]:
    return [_item(job) for job in jobs]


def _item(job: Job) -> MenuItem:
    if job.unfinished:
        label, dot = labels.doing(job), "busy"
    else:
        label = labels.not_done(job) if job.failed else labels.done(job)
        dot = job_labels.dot_of(job)
    return MenuItem(
        label=label,
        target=job.target_at_end.name,
        url=address(job),
        dot=dot,
        at=job.finished_at or job.submitted_at,
        progress=str(job.log[-1][-1]) if job.log and job.unfinished else "",
    )


def address(job: Job) -> str:
    """Return the page of a job, or of its machine while it has no ID in Ganeti."""
    if job.ganeti_id:
        return job_rows.address(job.cluster.slug, job.ganeti_id)
    if job.target_kind == TargetKind.INSTANCE:
        return reverse(
            "ganeti:instance-detail", args=(job.cluster.slug, job.target_name)
        )
    return reverse("ganeti:job-list")
