"""Submit jobs to clusters.

The Job row is created before the RAPI call and completed with Ganeti's job id after it.
Its key is sent in the job's reason, so that the job is found if a crash comes between.
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
    """The user may not do this; recorded, and mailed to MANAGERS in a digest."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict.reason))
        self.verdict = verdict


class NotNow(Exception):
    """The user may, but it can't be done now; the message says why."""


@dataclass(frozen=True, slots=True)
class Action:
    """A job to submit; ``call`` gets a client and the reason to pass on.

    ``then`` are the steps (`jobs.steps`) that follow its success. ``alone``: no other
    job may run on the target meanwhile. ``recorded_as`` is the action that the audit
    log shows, if the job only prepares it. ``new_name`` is the name of the target after
    the chain.
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
    """Record a refused attempt and return the exception to raise.

    ``hidden`` is the reason recorded for targets that the user may not see.
    """
    with translation.override("en"):  # read by many, each in their own language
        reason = str(verdict.reason)
    invisible = verdict.answer is Answer.INVISIBLE
    if invisible:
        reason = hidden
    entries.record_refusal(by, action, target, reason=reason, hidden=invisible)
    return ActionRefused(verdict)


def submit(cluster: Cluster, target: Target, action: Action, *, by: Acting) -> Job:
    """Submit an action on a target to a cluster; return its job.

    Raises NotNow if a job of ours is already running on the target, and RapiError if
    the call failed or was refused. If it is unknown whether the call arrived, the job
    is in doubt and the watcher looks for it.
    """
    job = create_job(cluster, target, action, by=by)
    send_job(job, action.call)
    return job


def create_job(cluster: Cluster, target: Target, action: Action, *, by: Acting) -> Job:
    """Create a job with its audit entry, without calling the cluster.

    Raises NotNow if a job of ours is already running on the target. Callers may wrap it
    in a transaction with other rows; call `send_job` after that transaction.
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


def send_job(job: Job, call: Callable[[RapiClient, str], int]) -> None:
    """Submit a created job to its cluster; raises RapiError, UndecryptableError.

    The job's status and message then say that it was not submitted, and why.
    """
    counts.forget_counts(job.user)
    try:
        ganeti_id = call(client_for(job.cluster), reason_of(job))
    except RapiError as exc:
        if not _in_doubt(exc):
            _mark_not_accepted(job, exc)
            raise
        _mark_in_doubt(job, exc)
        return
    # Only if it has no id yet: the watcher may have found it by its key already.
    Job.objects.without_id().filter(pk=job.pk).update(
        ganeti_id=ganeti_id, status=JobStatus.QUEUED, changed_at=timezone.now()
    )
    wakeups.wake(job)
    job.refresh_from_db()


def _in_doubt(exc: Exception) -> bool:
    """Return whether Ganeti may have created a job despite the error."""
    match exc:
        case RapiUnreachable():
            return exc.sent
        case _:
            return isinstance(exc, RapiProtocolError)


def _mark_in_doubt(job: Job, exc: Exception) -> None:
    """Mark a job as in doubt: the watcher finds it by its key, or ends it."""
    Job.objects.without_id().filter(pk=job.pk).update(
        status=JobStatus.IN_DOUBT, changed_at=timezone.now(), message=str(exc)
    )
    wakeups.wake(job)
    job.refresh_from_db()


def _mark_not_accepted(job: Job, exc: Exception) -> None:
    """Mark a job as not submitted or refused, and its target as not busy."""
    now = timezone.now()
    unreachable = isinstance(exc, RapiUnreachable | UndecryptableError)
    Job.objects.without_id().filter(pk=job.pk).update(
        status=JobStatus.NOT_SUBMITTED if unreachable else JobStatus.REFUSED,
        busy_key=None,
        message=str(exc),
        changed_at=now,
        finished_at=now,
    )
    job.refresh_from_db()
