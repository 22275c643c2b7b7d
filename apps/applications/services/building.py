"""Submit accepted applications to Ganeti.

The job is saved with the application's new state before Ganeti is asked;
`build_outcomes` handles its end. `states` has the whole table of transitions.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from apps.auditlog.entries import Acting
from apps.auditlog.target import Target
from apps.ganeti.domain.instance import Instance
from apps.ganeti.jobs import handlers
from apps.ganeti.jobs.submission import Action, NotNow, create_job, send_job
from apps.ganeti.jobs.targets import instance_target, new_instance_target
from apps.ganeti.models import Cluster, Job
from apps.ganeti.rapi.client import RapiClient
from apps.ganeti.rapi.errors import RapiError
from apps.ganeti.state import snapshots
from apps.web import stored_text

from ..build_context import CannotBuild, build_context, cluster_of
from ..instance_spec import new_instance
from ..models import Event, InstanceApplication
from ..states import Status
from . import transitions

LEFT_BEHIND = gettext_noop("left over from a failed build")

Call = Callable[[RapiClient, str], int]


class NotSubmitted(Exception):
    """The application could not be submitted; the message, for staff, is the reason."""


def submit(application: InstanceApplication, *, by: Acting) -> Job:
    """Submit an accepted application to its cluster and return the job.

    If a failed build left an instance behind, the job is its removal and the build
    follows. Raises NotSubmitted if it can't be built now: it has failed then and can be
    accepted again. Raises TooLate if it is not accepted, or somebody else submitted it.
    """
    try:
        return _submit(application, by)
    except (CannotBuild, NotNow) as exc:
        transitions.move(
            application,
            Status.FAILED,
            Event.Kind.NOT_SUBMITTED,
            by=by.user,
            detail=str(exc),
            message=str(exc),
        )
        raise NotSubmitted(str(exc)) from exc


def _submit(application: InstanceApplication, by: Acting) -> Job:
    body = arguments(application)
    instance = next(iter(left_behind(application)), None)
    if instance is not None:
        cluster = Cluster.objects.get(slug=instance.cluster)
        target, action = instance_target(instance), _removal(instance)
    else:
        cluster = cluster_of(application)
        target = new_instance_target(cluster, application.hostname)
        action = Action(Job.Kind.CREATE, _call(body))
    return _save_and_send(application, cluster, target, action, by)


def _save_and_send(
    application: InstanceApplication,
    cluster: Cluster,
    target: Target,
    action: Action,
    by: Acting,
) -> Job:
    """Save job and state, then send the job; handle its end at once if refused."""
    with transaction.atomic():
        job = create_job(cluster, target, action, by=by)
        transitions.move(
            application,
            Status.SUBMITTED,
            Event.Kind.SUBMITTED,
            by=by.user,
            job=job,
            message="",
        )
    try:
        send_job(job, action.call)
    except RapiError as exc:
        handlers.try_to_handle(job.pk)
        application.refresh_from_db()
        raise NotSubmitted(stored_text.translate(str(exc))) from exc
    return job


def submit_dry_run(application: InstanceApplication, *, by: Acting) -> Job:
    """Submit a dry run of the build and return its job; raises NotSubmitted.

    The application, saved or not, is not changed.
    """
    try:
        cluster = cluster_of(application)
        call = _call(arguments(application), dry_run=True)
        target = replace(application.target, cluster=cluster.slug)
        action = Action(Job.Kind.TRY_CREATE, call, alone=False)
        job = create_job(cluster, target, action, by=by)
        send_job(job, call)
    except (CannotBuild, NotNow, RapiError) as exc:
        raise NotSubmitted(stored_text.translate(str(exc))) from exc
    return job


def arguments(application: InstanceApplication) -> dict[str, Any]:
    """Return the parameters of OpInstanceCreate; raises CannotBuild."""
    return new_instance(application, build_context(application)).arguments()


def left_behind(application: InstanceApplication) -> list[Instance]:
    """Return the instances that failed builds of an application left on clusters."""
    if application.status not in {Status.FAILED, Status.APPROVED}:
        return []
    key = str(application.pk)
    instances = (
        snapshot.contents.instances.get(application.hostname)
        for snapshot in snapshots.current(Cluster.objects.enabled())
        if snapshot.contents
    )
    return [
        instance
        for instance in instances
        if instance and key in instance.tags.applications
    ]


def _call(body: dict[str, Any], *, dry_run: bool = False) -> Call:
    def call(client: RapiClient, reason: str) -> int:
        return client.create_instance(body, reason=reason, dry_run=dry_run)

    return call


def _removal(instance: Instance) -> Action:
    def call(client: RapiClient, reason: str) -> int:
        return client.delete_instance(instance.name, reason=reason)

    return Action(Job.Kind.DESTROY, call, LEFT_BEHIND)
