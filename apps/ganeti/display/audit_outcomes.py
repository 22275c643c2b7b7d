"""What the audit log shows of jobs and instances: who sees it, and what came of it."""

from collections.abc import Collection, Set
from functools import cache

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import pgettext_lazy

from apps.accounts.person import person_of
from apps.auditlog.models import AuditEntry
from apps.auditlog.outcomes import Filters, Outcome, Reach
from apps.auditlog.target import TargetKind
from apps.web.requests import UserRequest
from apps.web.stored_text import Text

from .. import access
from ..domain.job import FINAL, UNFINISHED, JobStatus
from ..models import Job
from ..models.job import chain_outcome
from ..reads import inventory
from ..reads.inventory import Inventory
from . import instance_page, labels

_DONE = frozenset({JobStatus.SUCCESS})
_FAILED = FINAL - _DONE
_FAILED_OR_UNFINISHED = _FAILED | UNFINISHED
_LABELS: dict[str, Text] = {
    JobStatus.SUCCESS: pgettext_lazy("job", "Done"),
    JobStatus.ERROR: pgettext_lazy("job", "Failed"),
    JobStatus.CANCELED: pgettext_lazy("job", "Cancelled"),
    JobStatus.REFUSED: pgettext_lazy("job", "Rejected by Ganeti"),
    JobStatus.NOT_SUBMITTED: pgettext_lazy("job", "Never reached Ganeti"),
    JobStatus.LOST: pgettext_lazy("job", "Outcome unknown"),
}
_NOT_MOVED = pgettext_lazy("job", "Done, takes effect at the next start")
_DOTS = {
    JobStatus.SUCCESS: "ok",
    JobStatus.CANCELED: "slashed",
    JobStatus.LOST: "unknown",
}


_ON_CLUSTER_PAGE = frozenset({TargetKind.NODE_GROUP, TargetKind.CLUSTER})


def _with_jobs(statuses: Set[str], *, none: Set[str] = frozenset()) -> Q:
    """Return the condition of entries with jobs in these states, ``none`` in those."""
    jobs = Job.objects.filter(audit_entry=OuterRef("pk"))
    condition = Q(Exists(jobs.filter(status__in=sorted(statuses))))
    if not none:
        return condition
    return condition & Q(~Exists(jobs.filter(status__in=sorted(none))))


class Ganeti:
    """What Ganeti's app knows of entries (`apps.auditlog.outcomes.EntrySource`)."""

    filters: Filters = {
        "running": (
            pgettext_lazy("job", "Running"),
            _with_jobs(UNFINISHED, none=_FAILED),
        ),
        "done": (
            _LABELS[JobStatus.SUCCESS],
            _with_jobs(_DONE, none=_FAILED_OR_UNFINISHED),
        ),
        "failed": (pgettext_lazy("job", "Failed"), _with_jobs(_FAILED)),
    }
    related: Collection[str] = ("jobs",)

    def reach(self, request: UserRequest) -> Reach:
        person = person_of(request)
        visible = cache(lambda: inventory.visible(person))  # where there is need

        def address(entry: AuditEntry) -> str:
            return _address(visible(), entry)

        if access.may_see_all_history(person):
            return Reach(everything=True, addresses=[address])
        uuids = [instance.uuid for instance in visible().instances if instance.uuid]
        return Reach(targets={TargetKind.INSTANCE: uuids}, addresses=[address])

    def outcome(self, entry: AuditEntry) -> Outcome | None:
        job = chain_outcome(entry.jobs.all())
        if job is None:
            return None
        if job.unfinished:
            return Outcome(labels.doing(job), "busy")
        if job.only_migration_failed:
            return Outcome(_NOT_MOVED, "half", job.message)
        dot = _DOTS.get(JobStatus(job.status), "bad")
        return Outcome(_LABELS[job.status], dot, job.message)


def _address(visible: Inventory, entry: AuditEntry) -> str:
    """Return the page of the instance itself, not of another that has its name now.

    For node groups and clusters, that of the cluster.
    """
    if entry.target_kind in _ON_CLUSTER_PAGE:
        if not access.may_see_clusters(visible.person):
            return ""
        exists = visible.snapshot(entry.cluster) is not None
        return reverse("ganeti:cluster-detail", args=(entry.cluster,)) if exists else ""
    if entry.target_kind != TargetKind.INSTANCE:
        return ""
    instance = visible.find_instance(entry.cluster, entry.target_name)
    if instance is None or entry.target_id not in {"", instance.uuid}:
        return ""
    return instance_page.address(instance)
