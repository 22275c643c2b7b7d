"""Put node groups under maintenance, and end it.

A tag of the group says so: no instances are created there, and owners can't change
theirs. The reason is in the database, since tags allow neither spaces nor length.
Functions raise ActionRefused, NotNow or RapiError.
"""

from collections.abc import Callable
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone

from apps.accounts.person import Person
from apps.auditlog import entries
from apps.auditlog.entries import Acting
from apps.auditlog.target import Target, TargetKind

from .. import access
from ..domain.node import LOCKED_TAG, NodeGroup
from ..jobs import handlers
from ..jobs.submission import Action, NotNow, create_job, refuse, send_job, submit
from ..jobs.targets import group_target
from ..models import Cluster, GroupMaintenance, Job
from ..rapi.client import RapiClient
from ..state import snapshots
from .availability import READ_ONLY

Kind = Job.Kind
# A maintenance may be so young that no snapshot has its tag yet.
KEPT_AT_LEAST = timedelta(minutes=10)


def check(kind: Job.Kind, cluster: Cluster, group: NodeGroup, by: Acting) -> None:
    """Raise ActionRefused if the user may not, NotNow if we have read access only."""
    verdict = access.may_maintain(Person.of(by.user))
    if not verdict.allowed:
        raise refuse(verdict, kind.value, group_target(cluster, group), by=by)
    if cluster.can_write is False:
        raise NotNow(str(READ_ONLY.reason))


def start(cluster: Cluster, group: NodeGroup, reason: str, *, by: Acting) -> Job | None:
    """Put a group under maintenance; if it already is, change the reason only."""
    check(Kind.GROUP_LOCK, cluster, group, by)
    target = group_target(cluster, group)
    with transaction.atomic():
        if group.locked:
            entries.record(by, Kind.GROUP_LOCK.value, target, detail=reason)
            _store(cluster, group, reason, by)
            return None
        action = Action(Kind.GROUP_LOCK, _lock(group), detail=reason)
        job = create_job(cluster, target, action, by=by)
        _store(cluster, group, reason, by)
    send_job(job, action.call)
    return job


def end(cluster: Cluster, group: NodeGroup, *, by: Acting) -> Job | None:
    """End the maintenance of a group; None if it isn't under maintenance."""
    check(Kind.GROUP_UNLOCK, cluster, group, by)
    if not group.locked:
        return None

    def call(client: RapiClient, reason: str) -> int:
        return client.delete_tags("groups", group.name, [LOCKED_TAG], reason=reason)

    action = Action(Kind.GROUP_UNLOCK, call)
    return submit(cluster, group_target(cluster, group), action, by=by)


def _lock(group: NodeGroup) -> Callable[[RapiClient, str], int]:
    def call(client: RapiClient, reason: str) -> int:
        return client.add_tags("groups", group.name, [LOCKED_TAG], reason=reason)

    return call


def _store(cluster: Cluster, group: NodeGroup, reason: str, by: Acting) -> None:
    GroupMaintenance.objects.update_or_create(
        cluster=cluster,
        group_uuid=group.uuid,
        defaults={"reason": reason, "user": by.user, "since": timezone.now()},
    )


@handlers.on_finished(Kind.GROUP_LOCK)
def forget_failed(job: Job) -> None:
    if job.failed:
        _of(job.target, job.cluster).delete()


@handlers.on_finished(Kind.GROUP_UNLOCK)
def forget_ended(job: Job) -> None:
    if not job.failed:
        _of(job.target, job.cluster).delete()


def _of(target: Target, cluster: Cluster) -> models.QuerySet[GroupMaintenance]:
    return GroupMaintenance.objects.filter(cluster=cluster, group_uuid=target.id)


def forget_lifted() -> None:
    """Delete the reasons of groups whose tag was deleted by others.

    Otherwise they would be shown if the tag is added again.
    """
    before = timezone.now() - KEPT_AT_LEAST
    old = GroupMaintenance.objects.filter(since__lt=before).select_related("cluster")
    for maintenance in old:
        contents = snapshots.current([maintenance.cluster])[0].contents
        if contents is None or _is_running(maintenance):
            continue
        groups = {group.uuid: group for group in contents.groups.values()}
        group = groups.get(maintenance.group_uuid)
        if group is None or not group.locked:
            maintenance.delete()


def _is_running(maintenance: GroupMaintenance) -> bool:
    return (
        Job.objects.unfinished()
        .filter(
            cluster=maintenance.cluster,
            target_kind=TargetKind.NODE_GROUP,
            target_id=maintenance.group_uuid,
        )
        .exists()
    )
