"""Maintenance of node groups on the page of their cluster."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.forms import BaseForm
from django.urls import reverse

from apps.auditlog.target import TargetKind

from ..domain.node import NodeGroup
from ..models import GroupMaintenance, Job
from ..reads import maintenance as reads
from ..reads.capacity import capacity_of
from ..state.snapshots import Snapshot
from . import labels
from .cluster_page import GroupView


@dataclass(frozen=True)
class GroupControls:
    """A node group, with the form that puts it under maintenance."""

    cluster: str
    view: GroupView
    maintenance: GroupMaintenance | None
    job: Job | None  # our newest one on the group
    form: BaseForm
    may_change: bool

    @property
    def group(self) -> NodeGroup:
        return self.view.capacity.group

    @property
    def address(self) -> str:
        args = (self.cluster, self.group.name)
        return reverse("ganeti:group-maintenance", args=args)

    @property
    def busy(self) -> str:
        """What a running job does; empty if none runs."""
        return labels.doing(self.job) if self.job and self.job.unfinished else ""

    @property
    def failed(self) -> str:
        """What the newest job failed to do; empty if it didn't."""
        return labels.not_done(self.job) if self.job and self.job.failed else ""


def of(
    snapshot: Snapshot,
    form_for: Callable[[NodeGroup], BaseForm],
    *,
    may_change: bool,
) -> list[GroupControls]:
    """Return the groups of a cluster, each with its form."""
    slug, contents = snapshot.cluster.slug, snapshot.contents
    if contents is None:
        return []
    maintenances = reads.maintenances()
    jobs = _newest_jobs(snapshot)
    return [
        GroupControls(
            cluster=slug,
            view=GroupView(capacity),
            maintenance=maintenances.get((slug, capacity.group.uuid)),
            job=jobs.get(capacity.group.uuid),
            form=form_for(capacity.group),
            may_change=may_change,
        )
        for capacity in capacity_of(slug, contents).groups
    ]


def _newest_jobs(snapshot: Snapshot) -> Mapping[str, Job]:
    """Return our newest job on each group by its uuid, of those not too long ago."""
    jobs = (
        Job.objects.filter(cluster=snapshot.cluster, target_kind=TargetKind.NODE_GROUP)
        .select_related("audit_entry", "user")
        .defer("log", "then")
    )
    newest: dict[str, Job] = {}
    for job in jobs[:100]:
        newest.setdefault(job.target_id, job)
    return newest
