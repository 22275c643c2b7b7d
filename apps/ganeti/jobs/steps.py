"""What follows when a job has succeeded: one call after the other, each a job.

The end of a job plans the next step in one transaction with the mark that it was
handled; a watcher submits what is planned. So no step is lost, whoever dies when, and
none is done twice.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.auditlog import entries
from apps.auditlog.entries import Acting, On

from ..domain.job import JobStatus, Step
from ..models import Cluster, Job
from ..rapi.client import RapiClient
from ..rapi.errors import RapiError
from . import tracking
from .submission import send

logger = logging.getLogger(__name__)

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


def plan(job: Job, steps: list[Step], *, instance: str = "") -> Job | None:
    """Write down the first of the steps as a job to be submitted, with the rest.

    It takes the audit entry over from ``job``, so that the history shows what came of
    the whole. To be called within the transaction that handles the end of ``job``.
    ``instance`` is the instance's name if it has another one now.
    """
    if not steps:
        return None
    first, *rest = steps
    entry, job.audit_entry = job.audit_entry, None
    job.save(update_fields=["audit_entry"])
    next_job = Job(
        key=Job.new_key(),
        cluster=job.cluster,
        kind=first["kind"],
        instance=instance or job.instance,
        instance_uuid=job.instance_uuid,
        new_name=first["arguments"].get("new_name", ""),
        reason=first["reason"],
        user=job.user,
        audit_entry=entry,
        status=JobStatus.PLANNED,
        step=first,
        then=rest,
    )
    _save_busy(next_job)
    return next_job


def plan_new(cluster: Cluster, what: On, step: Step, *, by: Acting | None) -> Job:
    """Write a step down that follows from something else, with its own audit entry."""
    job = Job(
        key=Job.new_key(),
        cluster=cluster,
        kind=step["kind"],
        instance=what.instance,
        reason=step["reason"],
        user=by.user if by else None,
        audit_entry=entries.record(by, step["kind"], what) if by else None,
        status=JobStatus.PLANNED,
        step=step,
    )
    _save_busy(job)
    return job


def _save_busy(job: Job) -> None:
    """Keep the instance busy; if somebody was quicker, do it beside what they do."""
    job.busy_key = Job.busy_key_of(job.cluster, job.instance)
    try:
        with transaction.atomic():
            job.save()
    except IntegrityError:
        job.busy_key = None
        job.save()


def _plan_next_step(job: Job) -> None:
    if job.status == JobStatus.SUCCESS:
        renamed = job.kind == Job.Kind.RENAME
        plan(job, job.then, instance=job.new_name if renamed else "")
    elif job.status == JobStatus.NOT_SUBMITTED and job.step:
        _try_again(job)


def _try_again(job: Job) -> None:
    """Plan a step anew: its cluster was away, so nothing has come of it."""
    now = timezone.now()
    age = now - (job.audit_entry.created_at if job.audit_entry else job.submitted_at)
    if age > GIVEN_UP_AFTER:
        return
    job.status, job.finished_at = JobStatus.PLANNED, None
    job.due_at = now + max(SOONEST_AGAIN, age / 4)
    _save_busy(job)


for each in Job.Kind:
    tracking.on_finished(each)(_plan_next_step)


def submit_planned() -> None:
    """Submit the steps that are due; what another watcher took is left to it."""
    due = Job.objects.planned().filter(due_at__lte=timezone.now())
    for job in due.select_related("cluster", "user"):
        mine = Job.objects.planned().filter(pk=job.pk)
        if mine.update(status=JobStatus.SUBMITTING, submitted_at=timezone.now()):
            job.refresh_from_db()
            _submit(job)


def _submit(job: Job) -> None:
    step = cast(Step, job.step)
    call = CALLS[step["call"]]

    def ask(client: RapiClient, reason: str) -> int:
        return call(client, job.instance, reason, step["arguments"])

    try:
        send(job, ask)
    except RapiError as exc:
        # Written down with the job; what follows from that is for its handlers.
        logger.warning("%s: %s not submitted: %s", job.cluster.slug, job, exc)
        tracking.try_to_handle(job.pk)
