"""Have Ganeti build what was accepted.

The job is written down with the application's new state before Ganeti is asked;
`build_outcomes` says what comes of it.
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

from ..build_context import CannotTell, around, cluster_of
from ..instance_spec import new_instance
from ..models import Event, InstanceApplication
from ..states import Status
from . import transitions

LEFT_BEHIND = gettext_noop("left over from a failed build")

Call = Callable[[RapiClient, str], int]


class NotTaken(Exception):
    """The cluster was not asked, or did not take it; the text says why, for staff."""


def submit(application: InstanceApplication, *, by: Acting) -> Job:
    """Hand an accepted application to its cluster; return the job.

    What a failed attempt left behind is removed first: then that is the job, and the
    one that builds follows it. Raises NotTaken when it cannot be built now; it is
    failed then and can be submitted again. Raises TooLate when it is not accepted, or
    was submitted by somebody else.
    """
    try:
        return _submit(application, by)
    except (CannotTell, NotNow) as exc:
        transitions.move(
            application,
            Status.FAILED,
            Event.Kind.NOT_SUBMITTED,
            by=by.user,
            detail=str(exc),
            message=str(exc),
        )
        raise NotTaken(str(exc)) from exc


def _submit(application: InstanceApplication, by: Acting) -> Job:
    body = arguments(application)
    left = next(iter(left_behind(application)), None)
    if left is not None:
        where = Cluster.objects.get(slug=left.cluster)
        return _ask(application, where, instance_target(left), _removal(left), by)
    cluster = cluster_of(application)
    target = new_instance_target(cluster, application.hostname)
    return _ask(application, cluster, target, Action(Job.Kind.CREATE, _call(body)), by)


def _ask(
    application: InstanceApplication,
    cluster: Cluster,
    target: Target,
    action: Action,
    by: Acting,
) -> Job:
    """Write job and state down, then ask; if Ganeti says no, see to that at once."""
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
        raise NotTaken(stored_text.translate(str(exc))) from exc
    return job


def try_out(application: InstanceApplication, *, by: Acting) -> Job:
    """Ask the cluster whether it would build this; return the job that tells.

    The application is taken as it is, saved or not, and does not change. Raises
    NotTaken.
    """
    try:
        cluster = cluster_of(application)
        call = _call(arguments(application), dry_run=True)
        target = replace(application.target, cluster=cluster.slug)
        action = Action(Job.Kind.TRY_CREATE, call, alone=False)
        job = create_job(cluster, target, action, by=by)
        send_job(job, call)
    except (CannotTell, NotNow, RapiError) as exc:
        raise NotTaken(stored_text.translate(str(exc))) from exc
    return job


def arguments(application: InstanceApplication) -> dict[str, Any]:
    """Return what Ganeti is asked for (OpInstanceCreate); raises CannotTell."""
    return new_instance(application, around(application)).arguments()


def left_behind(application: InstanceApplication) -> list[Instance]:
    """Return what a failed build of an application has left on clusters."""
    if application.status not in {Status.FAILED, Status.APPROVED}:
        return []
    ours = str(application.pk)
    known = (shot.contents for shot in snapshots.current(Cluster.objects.enabled()))
    found = (
        contents.instances.get(application.hostname) for contents in known if contents
    )
    return [each for each in found if each and ours in each.tags.applications]


def _call(body: dict[str, Any], *, dry_run: bool = False) -> Call:
    def call(client: RapiClient, reason: str) -> int:
        return client.create_instance(body, reason=reason, dry_run=dry_run)

    return call


def _removal(left: Instance) -> Action:
    def call(client: RapiClient, reason: str) -> int:
        return client.delete_instance(left.name, reason=reason)

    return Action(Job.Kind.DESTROY, call, LEFT_BEHIND)
