"""Jobs in the queues of all clusters that a person may see: filtered and paginated.

Read from the queues in this process's memory, as the watcher read them last. Staff see
every job; others see those on their instances, and those that they submitted.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Q, Value
from django.utils import timezone

from apps.accounts.person import Person
from apps.work.prepared_query import PreparedQuery, argument

from .. import access
from ..domain.instance import Instance
from ..domain.job import JobStatus
from ..domain.queued_job import Opcode, QueuedJob
from ..models import Job
from ..state import job_queue
from ..state.job_queue import ClusterQueue
from . import inventory
from .inventory import Inventory

# For how long the jobs that a user submitted are theirs to see in the queue: Ganeti
# archives jobs after six hours.
OWN_FOR = timedelta(days=2)

# What the statuses are filtered by.
STATUS_FILTERS: Mapping[str, frozenset[JobStatus | None]] = {
    "waiting": frozenset({JobStatus.QUEUED, JobStatus.WAITING}),
    "running": frozenset({JobStatus.RUNNING, JobStatus.CANCELING}),
    "done": frozenset({JobStatus.SUCCESS}),
    "failed": frozenset({JobStatus.ERROR}),
    "cancelled": frozenset({JobStatus.CANCELED}),
}
HERE, ELSEWHERE = "here", "elsewhere"
ORIGINS = (HERE, ELSEWHERE)

_OWN_JOBS = PreparedQuery(
    lambda: Job.objects.filter(
        user__username=argument("username"),
        ganeti_id__isnull=False,
        submitted_at__gte=Value(argument("since")),
        cluster__disabled=False,
    ).select_related("cluster"),
)

JobKey = tuple[str, int]  # slug and id


class ClusterJob(NamedTuple):
    """A job of a cluster's queue."""

    cluster: str
    job: QueuedJob

    @property
    def key(self) -> JobKey:
        return self.cluster, self.job.id


@dataclass(frozen=True, slots=True)
class JobCriteria:
    """Search, filters, order and page of the list of jobs, as its URL has them.

    ``kind`` is the name of an opcode, ``origin`` one of ORIGINS; an empty ``sort`` puts
    running and waiting jobs first.
    """

    search: str = ""
    cluster: str = ""
    status: str = ""
    kind: str = ""
    origin: str = ""
    sort: str = ""
    descending: bool = False
    page: int = 1

    @property
    def filtered(self) -> bool:
        return bool(
            self.search or self.cluster or self.status or self.kind or self.origin
        )


def _live_order(item: ClusterJob) -> tuple[int, float]:
    """Sort running jobs first, then waiting ones by age, then the last to end."""
    job = item.job
    if job.finished:
        return 2, -_seconds(job.ended_at)
    is_running = job.status in STATUS_FILTERS["running"]
    return (0 if is_running else 1), _seconds(job.received_at)


def _seconds(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


SORT_KEYS: Mapping[str, Callable[[ClusterJob], Any]] = {
    "id": lambda item: (item.job.id, item.cluster),
    "kind": lambda item: item.job.opcode.name,
    "cluster": lambda item: (item.cluster, -item.job.id),
    "status": lambda item: str(item.job.status or ""),
    "received": lambda item: _seconds(item.job.received_at),
    "duration": lambda item: item.job.ran or timedelta(),
}


class _Merged(NamedTuple):
    """The jobs of some queues in live order, and the names of their opcodes."""

    jobs: Sequence[ClusterJob]
    kinds: Set[str]


class _MergedQueues:
    """Merges queues once per version of them."""

    def __init__(self) -> None:
        self._cached: tuple[tuple[str, ...], _Merged] = ((), _Merged((), set()))

    def of(self, queues: Sequence[ClusterQueue]) -> _Merged:
        versions = tuple(f"{q.cluster.slug} {q.version}" for q in queues)
        cached = self._cached
        if cached[0] != versions:
            items = [ClusterJob(q.cluster.slug, job) for q in queues for job in q.jobs]
            merged = _Merged(sorted(items, key=_live_order), _kinds_of(items))
            cached = self._cached = versions, merged
        return cached[1]


def _kinds_of(items: Iterable[ClusterJob]) -> Set[str]:
    return {opcode.name for item in items for opcode in item.job.opcodes}


_merged = _MergedQueues()


@dataclass(frozen=True)
class VisibleJobs:
    """The jobs that one person may see, on the clusters that concern them."""

    person: Person
    inventory: Inventory
    own: Mapping[JobKey, Job]
    queues: Sequence[ClusterQueue]

    @cached_property
    def all(self) -> Sequence[ClusterJob]:
        """All visible jobs, running and waiting ones first."""
        ordered = _merged.of(self.queues).jobs
        if access.may_see_all_jobs(self.person):
            return ordered
        return [item for item in ordered if self.sees(item.cluster, item.job)]

    def sees(self, slug: str, job: QueuedJob) -> bool:
        """Return whether the person may see a job of the queue."""
        if access.may_see_all_jobs(self.person) or (slug, job.id) in self.own:
            return True
        opcodes = list(job.opcodes)
        return bool(opcodes) and all(self._on_visible(slug, o, job) for o in opcodes)

    def _on_visible(self, slug: str, opcode: Opcode, job: QueuedJob) -> bool:
        """Return whether an opcode is on an instance that the person may see.

        A job that ended before the instance was created was on another one.
        """
        instance = self.instance_of(slug, opcode)
        if instance is None:
            return False
        created_at, ended_at = instance.created_at, job.ended_at
        return not (created_at and ended_at and ended_at < created_at)

    def instance_of(self, slug: str, opcode: Opcode) -> Instance | None:
        """Return the visible instance that an opcode is about."""
        if not opcode.on_instance:
            return None
        return self.inventory.find_instance(slug, opcode.object_name)

    def kinds(self) -> Set[str]:
        """Return the names of the opcodes of all visible jobs."""
        if access.may_see_all_jobs(self.person):
            return _merged.of(self.queues).kinds
        return _kinds_of(self.all)

    def page(self, criteria: JobCriteria, *, size: int) -> Page[ClusterJob]:
        """Return the page of the list that the criteria describe, or the nearest."""
        items = list(self._matching(criteria)) if criteria.filtered else self.all
        if key := SORT_KEYS.get(criteria.sort):
            items = sorted(items, key=key, reverse=criteria.descending)
        return Paginator(items, size).get_page(max(1, criteria.page))

    def _matching(self, criteria: JobCriteria) -> Iterator[ClusterJob]:
        statuses = STATUS_FILTERS.get(criteria.status)
        ours = self._submitted_here() if criteria.origin else frozenset()
        search = criteria.search.casefold()
        for item in self.all:
            cluster, job = item
            if criteria.cluster and cluster != criteria.cluster:
                continue
            if statuses is not None and job.status not in statuses:
                continue
            if criteria.kind and all(o.name != criteria.kind for o in job.opcodes):
                continue
            if search and not _matches(job, search):
                continue
            if criteria.origin and (item.key in ours) != (criteria.origin == HERE):
                continue
            yield item

    def _submitted_here(self) -> frozenset[JobKey]:
        """Return the keys of the jobs in the queues that were submitted here."""
        oldest = {
            queue.cluster.pk: queue.jobs[-1].id for queue in self.queues if queue.jobs
        }
        if not oldest:
            return frozenset()
        condition = Q()
        for pk, job_id in oldest.items():
            condition |= Q(cluster=pk, ganeti_id__gte=job_id)
        keys = Job.objects.filter(condition).values_list("cluster__slug", "ganeti_id")
        return frozenset((slug, job_id) for slug, job_id in keys if job_id)


def _matches(job: QueuedJob, search: str) -> bool:
    if search.isdecimal() and search == str(job.id):
        return True
    return any(search in opcode.object_name.casefold() for opcode in job.opcodes)


def visible(person: Person, *, cluster: str = "") -> VisibleJobs:
    """Return the jobs that the person may see, of all clusters or one; no RAPI call."""
    instances = inventory.visible(person)
    own = {} if access.may_see_all_jobs(person) else _own_jobs(person)
    clusters = [
        snapshot.cluster
        for snapshot in instances.snapshots
        if cluster in {"", snapshot.cluster.slug}
    ]
    if not access.may_see_all_jobs(person):
        slugs = {instance.cluster for instance in instances.instances}
        slugs |= {slug for slug, _id in own}
        clusters = [cluster for cluster in clusters if cluster.slug in slugs]
    return VisibleJobs(person, instances, own, job_queue.current(clusters))


def _own_jobs(person: Person) -> dict[JobKey, Job]:
    since = timezone.now() - OWN_FOR
    jobs = _OWN_JOBS.fetch(username=person.username, since=since)
    return {(job.cluster.slug, job.ganeti_id or 0): job for job in jobs}


def submitted_here(items: Iterable[ClusterJob]) -> dict[JobKey, Job]:
    """Return our rows of some jobs, with their users; one query."""
    ids: dict[str, list[int]] = {}
    for item in items:
        ids.setdefault(item.cluster, []).append(item.job.id)
    if not ids:
        return {}
    condition = Q()
    for slug, job_ids in ids.items():
        condition |= Q(cluster__slug=slug, ganeti_id__in=job_ids)
    jobs = Job.objects.filter(condition).select_related("cluster", "user")
    return {(job.cluster.slug, job.ganeti_id or 0): job for job in jobs}
