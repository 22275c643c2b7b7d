"""Everything known of one job, if a person may see it."""

from collections.abc import Iterator
from dataclasses import dataclass

from apps.accounts.person import Person
from apps.auditlog.target import TargetKind

from .. import access
from ..domain.instance import Instance
from ..domain.queued_job import JobDetail, QueuedJob
from ..models import Cluster, Job
from ..state import job_queue
from ..state.job_queue import CachedDetail
from . import cluster_jobs
from .cluster_jobs import VisibleJobs

# Ganeti counts its jobs from one.
MAX_ID = 2**53


@dataclass(frozen=True)
class KnownJob:
    """A job as the queue has it, as its detail was read last, and our own row of it.

    ``cached`` is None until the watcher has read the detail.
    """

    cluster: Cluster
    id: int
    jobs: VisibleJobs
    queued: QueuedJob | None
    cached: CachedDetail | None
    ours: Job | None

    @property
    def detail(self) -> JobDetail | None:
        return self.cached.detail if self.cached else None

    @property
    def job(self) -> QueuedJob | None:
        """The job as Ganeti has it; by its detail, which also has archived jobs."""
        return self.detail.job if self.detail else self.queued

    @property
    def instances(self) -> list[Instance]:
        """The visible instances that it is about."""
        if self.ours:
            instance = self._instance_of_ours()
            return [instance] if instance else []
        opcodes = self.job.opcodes if self.job else ()
        instances = (self.jobs.instance_of(self.cluster.slug, o) for o in opcodes)
        return list(
            {instance.name: instance for instance in instances if instance}.values()
        )

    def _instance_of_ours(self) -> Instance | None:
        """Return the instance itself, under its name of now."""
        snapshot = self.jobs.inventory.snapshot(self.cluster.slug)
        contents = snapshot.contents if snapshot else None
        if self.ours is None or contents is None:
            return None
        if self.ours.target_kind != TargetKind.INSTANCE:
            return None
        if self.ours.target_id:
            instance = contents.by_uuid.get(self.ours.target_id)
        else:
            instance = contents.instances.get(self.ours.target_name)
        if instance is None or not access.may_see(self.jobs.person, instance):
            return None
        return instance

    @property
    def visible(self) -> bool:
        """Whether the person may see the job, which need not exist for staff."""
        person = self.jobs.person
        if access.may_see_all_jobs(person):
            return True
        if self.ours:
            user = self.ours.user
            submitted = user is not None and user.get_username() == person.username
            return submitted or bool(self.instances)
        return self.job is not None and self.jobs.sees(self.cluster.slug, self.job)


def find(person: Person, slug: str, job_id: int) -> KnownJob | None:
    """Return what is known of a job; None if the person may not see it."""
    jobs = cluster_jobs.visible(person, cluster=slug)
    snapshot = jobs.inventory.snapshot(slug)
    if snapshot is None or not 0 < job_id <= MAX_ID:
        return None
    cluster = snapshot.cluster
    [queue] = job_queue.current([cluster])
    ours = Job.objects.filter(cluster=cluster, ganeti_id=job_id)
    known_job = KnownJob(
        cluster=cluster,
        id=job_id,
        jobs=jobs,
        queued=next((job for job in queue.jobs if job.id == job_id), None),
        cached=job_queue.detail(cluster, job_id),
        ours=ours.select_related("user", "audit_entry", "cluster")
        .order_by("-pk")
        .first(),
    )
    return known_job if known_job.visible else None


def find_on_all(person: Person, job_id: int) -> list[KnownJob]:
    """Return the jobs of this ID that the person may see, of all clusters.

    Without their details: archived jobs are known only if they were submitted here.
    """
    if not 0 < job_id <= MAX_ID:
        return []
    return [job for job in _all_of(person, job_id) if job.visible]


def _all_of(person: Person, job_id: int) -> Iterator[KnownJob]:
    jobs = cluster_jobs.visible(person)
    rows = Job.objects.filter(ganeti_id=job_id).select_related("user", "cluster")
    ours = {job.cluster.slug: job for job in rows.order_by("pk")}
    queued = {
        queue.cluster.slug: job
        for queue in jobs.queues
        for job in queue.jobs
        if job.id == job_id
    }
    for snapshot in jobs.inventory.snapshots:
        slug = snapshot.cluster.slug
        if slug in queued or slug in ours:
            yield KnownJob(
                cluster=snapshot.cluster,
                id=job_id,
                jobs=jobs,
                queued=queued.get(slug),
                cached=None,
                ours=ours.get(slug),
            )
