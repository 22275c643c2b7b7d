"""Steps: calls that follow one after the other, each a job.

The jobs of one request are a chain: the first one, the steps that follow it, and the
further attempts of each. The end of a job plans what follows, in one transaction with
the mark that it was handled; a watcher submits what is planned (`planned`). So no step
is lost, whoever dies when, and none is done twice.
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

# How soon a step is tried again that never reached its cluster, and for how long.
SOONEST_AGAIN = timedelta(seconds=15)
GIVEN_UP_AFTER = timedelta(days=1)

Given = Mapping[str, Any]
Call = Callable[[RapiClient, str, str, Given], int]


def _add_tags(client: RapiClient, name: str, reason: str, given: Given) -> int:
    return client.add_tags("instances", name, given["tags"], reason=reason)


def _delete_tags(client: RapiClient, name: str, reason: str, given: Given) -> int:
    return client.delete_tags("instances", name, given["tags"], reason=reason)


def _migrate(client: RapiClient, name: str, reason: str, given: Given) -> int:
    return client.migrate(name, reason=reason, **given)


def _rename(client: RapiClient, name: str, reason: str, given: Given) -> int:
    return client.rename(name, given["new_name"], reason=reason)


def _reinstall(client: RapiClient, name: str, _reason: str, given: Given) -> int:
    return client.reinstall(name, **given)


def _startup(client: RapiClient, name: str, reason: str, given: Given) -> int:
    return client.startup(name, reason=reason, **given)


CALLS: dict[str, Call] = {
    "add_tags": _add_tags,
    "delete_tags": _delete_tags,
    "migrate": _migrate,
    "reinstall": _reinstall,
    "rename": _rename,
    "startup": _startup,
}


def register(name: str, call: Call) -> None:
    """Add a call that a higher room knows."""
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
    """Return the step that `RapiClient.reinstall` does with these arguments."""
    return Step(
        kind=Job.Kind.REINSTALL,
        call="reinstall",
        arguments=arguments,
        reason="reinstall",
    )


def start() -> Step:
    return Step(kind=Job.Kind.STARTUP, call="startup", arguments={}, reason="startup")


def plan(job: Job, steps: list[Step], *, recorded: bool = True) -> Job | None:
    """Write down the first of the steps as a job to be submitted, with the rest.

    It belongs to the chain of ``job``: the audit entry of the request is theirs alike,
    so that the history shows what came of the whole. What nobody has asked for is not
    ``recorded``. To be called within the transaction that handles the end of ``job``.
    """
    if not steps:
        return None
    first, *rest = steps
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
        then=rest,
    )
    _save_busy(next_job)
    return next_job


def plan_new(cluster: Cluster, target: Target, step: Step, *, by: Acting | None) -> Job:
    """Write a step down that follows from something else, with its own audit entry."""
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
    _save_busy(job)
    return job


def _save_busy(job: Job) -> None:
    """Keep the target busy; if somebody was quicker, do it beside what they do."""
    job.busy_key = job.key_while_busy
    try:
        with transaction.atomic():
            job.save()
    except IntegrityError:
        job.busy_key = None
        job.save()


def plan_next(job: Job) -> None:
    """Plan the step that follows a job, if it has succeeded and there is one."""
    if job.status == JobStatus.SUCCESS:
        plan(job, job.then)


def plan_another_attempt(job: Job) -> bool:
    """Plan a step anew that never reached its cluster; tell whether it gets that.

    Nothing has come of it. What somebody has just asked for gets none: they were told.
    """
    if job.status != JobStatus.NOT_SUBMITTED or not job.step:
        return False
    now = timezone.now()
    age = now - job.requested_at
    if age > GIVEN_UP_AFTER:
        return False
    job.status, job.finished_at = JobStatus.PLANNED, None
    job.due_at = now + max(SOONEST_AGAIN, age / 4)
    _save_busy(job)
    return True
