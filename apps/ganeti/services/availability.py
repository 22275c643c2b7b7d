"""Which actions are available to a user now, for pages and for services alike."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from apps.accounts.person import Person
from apps.auditlog.entries import Acting

from .. import access
from ..access import Answer, Verdict
from ..domain.instance import Instance
from ..jobs.kinds import KINDS
from ..jobs.submission import NotNow, refuse
from ..jobs.targets import instance_target
from ..models import Cluster, Job
from ..reads.inventory import Inventory, visible_on

BUSY = Verdict(Answer.NOT_NOW, _("Another job is already running on it."))
NOT_RESPONDING = Verdict(Answer.NOT_NOW, _("Its cluster isn't responding."))
READ_ONLY = Verdict(Answer.NOT_NOW, _("This site has read-only access to its cluster."))


def cluster_verdict(
    instance: Instance, inventory: Inventory, busy: Job | None
) -> Verdict:
    """Return whether the instance's cluster accepts a job for it now."""
    if busy is not None:
        return BUSY
    snapshot = inventory.snapshot(instance.cluster)
    if snapshot is None or snapshot.down:
        return NOT_RESPONDING
    return READ_ONLY if snapshot.cluster.can_write is False else access.YES


def verdict_for(
    kind: Job.Kind, instance: Instance, inventory: Inventory, busy: Job | None
) -> Verdict:
    """Return whether a kind of job is available now, for buttons and pages.

    By the last known state, which may be out of date; Ganeti has the final say.
    """
    return verdicts_for((kind,), instance, inventory, busy)[kind]


def verdicts_for(
    kinds: Iterable[Job.Kind],
    instance: Instance,
    inventory: Inventory,
    busy: Job | None,
) -> dict[Job.Kind, Verdict]:
    """Return the same for several kinds of jobs, with shared checks made once."""
    person, group = inventory.person, inventory.group_of(instance)
    of_cluster = cluster_verdict(instance, inventory, busy)
    verdicts = {}
    for kind in kinds:
        record = KINDS[kind]
        verdict = record.permission(person, instance, group)
        if verdict.allowed:
            verdict = record.condition(instance) if of_cluster.allowed else of_cluster
        verdicts[kind] = verdict
    return verdicts


def check(kind: Job.Kind, cluster: Cluster, instance: Instance, by: Acting) -> None:
    """Raise ActionRefused if the user may not, NotNow if we have read access only."""
    person = Person.of(by.user)
    group = visible_on(person, cluster.slug).group_of(instance)
    verdict = KINDS[kind].permission(person, instance, group)
    if not verdict.allowed:
        raise refuse(verdict, kind.value, instance_target(instance), by=by)
    if cluster.can_write is False:
        raise NotNow(str(READ_ONLY.reason))
