"""The page of a node: facts, machines, jobs, and what its failure would mean."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.urls import reverse

from apps.auditlog.target import TargetKind
from apps.web.stored_text import Text

from ..domain.capacity import disk_of, memory_of
from ..domain.instance import Instance
from ..domain.job import JobStatus
from ..domain.node import Node, NodeGroup
from ..models import Job
from ..reads import node_failure
from ..reads.node_failure import NodeFailure
from ..reads.nodes import NodeEntry, entry_of
from ..state.snapshots import Contents, Snapshot
from . import instance_page, labels, node_labels
from .usage import Usage

JOBS_SHOWN = 20
# More names would make a statement too long for some databases.
MAX_NAMES = 500

_DOTS = {JobStatus.SUCCESS: "ok", JobStatus.CANCELED: "slashed"}


@dataclass(frozen=True, slots=True)
class MachineLink:
    """A machine of a node, as a line."""

    name: str
    address: str
    dot: str
    state: str


@dataclass(frozen=True, slots=True)
class JobLine:
    """One of our jobs on a machine of the node."""

    job: Job
    label: str
    dot: str
    address: str  # of the machine; empty if it is another one of its name

    @property
    def job_address(self) -> str:
        """Page of the job; empty if it has no id."""
        if self.job.ganeti_id is None:
            return ""
        args = (self.job.cluster.slug, self.job.ganeti_id)
        return reverse("ganeti:job-detail", args=args)


@dataclass(frozen=True)
class NodePage:
    """A node with all that its page shows."""

    snapshot: Snapshot
    contents: Contents = field(repr=False)
    node: Node

    @cached_property
    def entry(self) -> NodeEntry:
        return entry_of(self.snapshot.cluster.slug, self.contents, self.node)

    @property
    def role(self) -> Text:
        return node_labels.ROLES.get(self.node.role, self.node.role)

    @property
    def dot(self) -> str:
        return node_labels.DOTS.get(self.node.role, "unknown")

    @property
    def address(self) -> str:
        return node_labels.address(self.snapshot.cluster.slug, self.node.name)

    @property
    def monitoring(self) -> str:
        return node_labels.monitoring_address(self.node.name)

    @property
    def group(self) -> NodeGroup | None:
        return self.contents.groups.get(self.node.group)

    @property
    def memory(self) -> Usage | None:
        return Usage.of(memory_of([self.node]))

    @property
    def disk(self) -> Usage | None:
        return Usage.of(disk_of([self.node]))

    @cached_property
    def primary(self) -> Sequence[Instance]:
        return self.contents.by_primary_node.get(self.node.name, [])

    @cached_property
    def secondary(self) -> Sequence[Instance]:
        return self.contents.by_secondary_node.get(self.node.name, [])

    @property
    def primary_links(self) -> list[MachineLink]:
        return links(self.primary)

    @property
    def secondary_links(self) -> list[MachineLink]:
        return links(self.secondary)

    @cached_property
    def failure(self) -> "FailureView":
        return FailureView(node_failure.simulate(self.contents, self.node))

    @cached_property
    def jobs(self) -> list[JobLine]:
        """Our newest jobs on machines that are on the node now."""
        machines = {
            instance.name: instance for instance in (*self.primary, *self.secondary)
        }
        jobs = Job.objects.filter(
            cluster=self.snapshot.cluster,
            target_kind=TargetKind.INSTANCE,
            target_name__in=sorted(machines)[:MAX_NAMES],
        ).select_related("cluster", "user", "audit_entry")
        newest = jobs.defer("log", "then")[:JOBS_SHOWN]
        return [_job_line(job, machines[job.target_name]) for job in newest]


@dataclass(frozen=True, slots=True)
class FailureView:
    """The outcome of a failure, with links."""

    failure: NodeFailure

    @property
    def failovers(
        self,
    ) -> Iterator[tuple[node_failure.Failover, str, list[MachineLink]]]:
        """Yield each target, the memory that it needs in GiB, and the machines."""
        for failover in self.failure.failovers:
            needed = labels.gib(failover.needed_mib)
            yield failover, needed, links(failover.instances)

    @property
    def anywhere(self) -> list[MachineLink]:
        return links(self.failure.anywhere)

    @property
    def down(self) -> list[MachineLink]:
        return links(self.failure.down)


def links(instances: Iterable[Instance]) -> list[MachineLink]:
    """Return instances in natural order."""
    return [
        MachineLink(
            instance.name,
            instance_page.address(instance),
            labels.DOTS[instance.state],
            labels.state(instance),
        )
        for instance in sorted(instances, key=lambda instance: instance.sort_key)
    ]


def _job_line(job: Job, instance: Instance) -> JobLine:
    is_same = job.target_id in {"", instance.uuid}
    address = instance_page.address(instance) if is_same else ""
    if job.unfinished:
        return JobLine(job, labels.doing(job), "busy", address)
    if job.failed:
        dot = _DOTS.get(JobStatus(job.status), "bad")
        return JobLine(job, labels.not_done(job), dot, address)
    return JobLine(job, labels.done(job), "ok", address)
