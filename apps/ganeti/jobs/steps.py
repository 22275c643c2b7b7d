"""Steps: RAPI calls that follow each other, each as its own job.

The jobs of one request form a chain: the first one, the steps that follow it, and
further attempts. The end of a job plans the next one in the transaction that marks it
as handled; a watcher submits planned jobs (`planned`). So no step is lost or done
twice, whichever process dies at any time.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.auditlog import entries
from apps.auditlog.entries import Acting
from apps.auditlog.target import Target

from ..domain.job import JobStatus, Step
from ..models import Cluster, Job
from ..rapi.client import RapiClient

# Pause before a step that never reached its cluster is retried; when it is given up.
FIRST_RETRY = timedelta(seconds=15)
GIVEN_UP_AFTER = timedelta(days=1)

Arguments = Mapping[str, Any]
Call = Callable[[RapiClient, str, str, Arguments], int]


def _add_tags(client: RapiClient, name: str, reason: str, arguments: Arguments) -> int:
    return client.add_tags("instances", name, arguments["tags"], reason=reason)


def _delete_tags(
    client: RapiClient, name: str, reason: str, arguments: Arguments
) -> int:
    return client.delete_tags("instances", name, arguments["tags"], reason=reason)


def _migrate(client: RapiClient, name: str, reason: str, arguments: Arguments) -> int:
    return client.migrate(name, reason=reason, **arguments)


def _rename(client: RapiClient, name: str, reason: str, arguments: Arguments) -> int:
    return client.rename(name, arguments["new_name"], reason=reason)


def _reinstall(
    client: RapiClient, name: str, _reason: str, arguments: Arguments
) -> int:
    return client.reinstall(name, **arguments)


def _startup(client: RapiClient, name: str, reason: str, arguments: Arguments) -> int:
    return client.startup(name, reason=reason, **arguments)


CALLS: dict[str, Call] = {
    "add_tags": _add_tags,
    "delete_tags": _delete_tags,
    "migrate": _migrate,
    "reinstall": _reinstall,
    "rename": _rename,
    "startup": _startup,
}


def register(name: str, call: Call) -> None:
    """Register a call of another app."""
    CALLS[name] = call


def add_tags(*tags: str) -> Step:
    return Step(
        kind=Job.Kind.TAG, call="add_tags", arguments={"tags": tags}, reason="tags"
    )


def delete_tags(*tags: str) -> Step:
    return Step(
        kind=Job.Kind.TAG, call="delete_tags", arguments={"tags": tags}, reason="tags"
    )


def migrate() -> Step:
    return Step(kind=Job.Kind.MIGRATE, call="migrate", arguments={}, reason="migrate")


def rename(new_name: str) -> Step:
    return Step(
        kind=Job.Kind.RENAME,
        call="rename",
        arguments={"new_name": new_name},
        reason="rename",
    )


def reinstall(**arguments: Any) -> Step:
    """Return the step that calls `RapiClient.reinstall` with these arguments."""
    return Step(
        kind=Job.Kind.REINSTALL,
        call="reinstall",
        arguments=arguments,
        reason="reinstall",
    )


def start() -> Step:
    return Step(kind=Job.Kind.STARTUP, call="startup", arguments={}, reason="startup")


def plan(job: Job, steps: list[Step], *, recorded: bool = True) -> Job | None:
    """Create a planned job for the first of the steps, with the later ones.

    It joins the chain of ``job`` and has the same audit entry, so that the history
    shows the outcome of the whole chain. Steps that nobody requested are not
    ``recorded``. Call it within the transaction that handles the end of ``job``.
    """
    if not steps:
        return None
    first, *later_steps = steps
    next_job = Job.new(
        job.cluster,
        job.target_at_end,
        kind=first["kind"],
        new_name=first["arguments"].get("new_name", ""),
        reason=first["reason"],
        user=job.user,
        audit_entry=job.audit_entry if recorded else None,
        status=JobStatus.PLANNED,
        step=first,
        then=later_steps,
    )
    _save_with_busy_key(next_job)
    return next_job


def plan_new(cluster: Cluster, target: Target, step: Step, *, by: Acting | None) -> Job:
    """Create a planned job that starts a chain, with its own audit entry."""
    job = Job.new(
        cluster,
        target,
        kind=step["kind"],
        reason=step["reason"],
        user=by.user if by else None,
        audit_entry=entries.record(by, step["kind"], target) if by else None,
        status=JobStatus.PLANNED,
        step=step,
    )
    _save_with_busy_key(job)
    return job


def _save_with_busy_key(job: Job) -> None:
    """Save a job that keeps its target busy, or doesn't if another job already does."""
    job.busy_key = job.key_while_busy
    try:
        with transaction.atomic():
            job.save()
    except IntegrityError:
        job.busy_key = None
        job.save()


def plan_next(job: Job) -> None:
    """Plan the next step of a job's chain, if the job succeeded and there is one."""
    if job.status == JobStatus.SUCCESS:
        plan(job, job.then)


def plan_another_attempt(job: Job) -> bool:
    """Plan a step again that never reached its cluster; return whether it was.

    A first job is not retried: its failure was shown to the user who submitted it.
    """
    if job.status != JobStatus.NOT_SUBMITTED or not job.step:
        return False
    now = timezone.now()
    age = now - job.requested_at
    if age > GIVEN_UP_AFTER:
        return False
    job.status, job.finished_at = JobStatus.PLANNED, None
    job.due_at = now + max(FIRST_RETRY, age / 4)
    _save_with_busy_key(job)
    return True
