"""The way of every change: asked for, allowed, written down, submitted, followed.

The Job row is written before Ganeti is asked and completed with the job's id after
it. Its key travels in the reason, so that whatever happens in between is found out.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.auditlog import entries
from apps.auditlog.entries import Acting, Change
from apps.auditlog.target import Target

from ..access import Answer, Verdict
from ..domain.job import JobStatus, Step
from ..encryption import UndecryptableError
from ..models import Cluster, Job
from ..rapi.client import RapiClient
from ..rapi.errors import RapiError, RapiProtocolError, RapiUnreachable
from ..state.connections import client_for
from . import counts, wakeups
from .job_reason import reason_of

logger = logging.getLogger(__name__)

REASON_LENGTH = 255
NOT_THEIRS = gettext_noop("The machine belongs to another user.")


class ActionRefused(Exception):
    """The person may not do this; recorded, and told to MANAGERS in a digest."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict.reason))
        self.verdict = verdict


class NotNow(Exception):
    """The person may, but it cannot be done now; the text says why."""


@dataclass(frozen=True, slots=True)
class Action:
    """What is asked of a cluster; ``call`` gets a client and the reason to pass on.

    ``then`` are steps (`jobs.steps`) that follow when it has succeeded. ``alone``:
    nothing else may be done to the target meanwhile. A job that prepares what is
    meant is ``recorded_as`` that; ``new_name`` is what the target will be called in the
    end.
    """

    kind: Job.Kind
    call: Callable[[RapiClient, str], int]
    detail: str = ""
    changes: Sequence[Change] = ()
    then: Sequence[Step] = ()
    alone: bool = True
    recorded_as: str = ""
    new_name: str = ""

    @property
    def name(self) -> str:
        return self.recorded_as or self.kind.value


def refuse(
    verdict: Verdict,
    action: str,
    target: Target | None,
    *,
    by: Acting,
    hidden: str = NOT_THEIRS,
) -> ActionRefused:
    """Record a refused attempt and return the exception that says so.

    ``hidden`` is why, of what they may not even know of.
    """
    with translation.override("en"):  # read by many, each in their own language
        why = str(verdict.reason)
    invisible = verdict.answer is Answer.INVISIBLE
    if invisible:
        why = hidden
    entries.record_refusal(by, action, target, reason=why, hidden=invisible)
    return ActionRefused(verdict)


def submit(cluster: Cluster, target: Target, action: Action, *, by: Acting) -> Job:
    """Ask a cluster to do something to a target; return the job that does it.

    Raises NotNow when a job of ours runs on the target already, and RapiError when
    Ganeti was not asked or said no. When nobody knows whether the call arrived, the
    job is in doubt and being looked for.
    """
    job = write_down(cluster, target, action, by=by)
    send(job, action.call)
    return job


def write_down(cluster: Cluster, target: Target, action: Action, *, by: Acting) -> Job:
    """Write a job down with its audit entry; nothing is asked of the cluster yet.

    Raises NotNow when a job of ours runs on the target already. Whatever else must be
    written with it goes around both in one transaction; `send` comes after that.
    """
    try:
        with transaction.atomic():
            entry = entries.record(
                by,
                action.name,
                target,
                detail=action.detail,
                changes=action.changes,
            )
            job = Job.new(
                cluster,
                target,
                kind=action.kind,
                new_name=action.new_name,
                reason=(action.detail or action.name)[:REASON_LENGTH],
                user=by.user,
                audit_entry=entry,
                then=list(action.then),
            )
            if action.alone:
                job.busy_key = job.key_while_busy
            job.save()
            return job
    except IntegrityError as exc:
        message = _("Another job is already running on %(name)s.")
        raise NotNow(message % {"name": target.name}) from exc


def send(job: Job, call: Callable[[RapiClient, str], int]) -> None:
    """Ask the cluster for a job that is written down; raises RapiError.

    Also raises UndecryptableError. The job then says that there is none, and why.
    """
    counts.forget_of(job.user)
    try:
        ganeti_id = call(client_for(job.cluster), reason_of(job))
    except RapiError as exc:
        if not _in_doubt(exc):
            _not_accepted(job, exc)
            raise
        _mark_in_doubt(job, exc)
        return
    # Only while nobody found it by its key: the watcher may have been quicker.
    Job.objects.without_id().filter(pk=job.pk).update(
        ganeti_id=ganeti_id, status=JobStatus.QUEUED, changed_at=timezone.now()
    )
    wakeups.wake(job)
    job.refresh_from_db()


def _in_doubt(exc: Exception) -> bool:
    """Tell whether Ganeti may have made a job although we were not told."""
    match exc:
        case RapiUnreachable():
            return exc.sent
        case _:
            return isinstance(exc, RapiProtocolError)


def _mark_in_doubt(job: Job, exc: Exception) -> None:
    """Leave it to the watcher to find the job by its key, or that there is none."""
    Job.objects.without_id().filter(pk=job.pk).update(
        status=JobStatus.IN_DOUBT, changed_at=timezone.now(), message=str(exc)
    )
    wakeups.wake(job)
    job.refresh_from_db()


def _not_accepted(job: Job, exc: Exception) -> None:
    """Write down that there is no job, and why; the machine is free again."""
    now = timezone.now()
    unreached = isinstance(exc, RapiUnreachable | UndecryptableError)
    Job.objects.without_id().filter(pk=job.pk).update(
        status=JobStatus.NOT_SUBMITTED if unreached else JobStatus.REFUSED,
        busy_key=None,
        message=str(exc),
        changed_at=now,
        finished_at=now,
    )
    job.refresh_from_db()
