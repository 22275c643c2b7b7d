"""Read a cluster's job queue from its RAPI, only what can have changed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from ..domain.queued_job import DETAIL_FIELDS, LIST_FIELDS, JobDetail, QueuedJob
from ..models import Cluster
from ..rapi.client import RapiClient
from ..rapi.query import Filter, any_of, at_least
from ..rapi.versions import Capability
from ..state import job_queue
from ..state.connections import client_for
from ..state.job_queue import CachedDetail, ClusterQueue
from ..state.refreshing import assume_version
from ..state.snapshots import contents_in_memory

# Archived jobs are missing from the list only, so all of it is read now and then.
FULL_EVERY = timedelta(minutes=10)
# A filter with more jobs than this takes longer than reading all since the oldest.
MAX_NAMED = 100
# How long a response may take, seconds.
PATIENCE_S = 8


def reads_all(cluster: Cluster) -> bool:
    """Return whether each reading takes the whole queue, as for old versions."""
    contents = contents_in_memory(cluster)
    return contents is not None and not contents.can(Capability.NUMERIC_JOB_IDS)


def read(queue: ClusterQueue, fully_read_at: datetime | None) -> datetime:
    """Read what changed in a queue by one call, and publish it; raises RapiError.

    ``fully_read_at`` is when all of it was read last; returns the new value.
    """
    cluster, now = queue.cluster, timezone.now()
    client = _client(cluster)
    if reads_all(cluster):
        job_queue.publish(cluster, _parse(client.jobs()), now)
        return now
    if fully_read_at is None or now - fully_read_at > FULL_EVERY:
        job_queue.publish(cluster, _parse(client.query("job", LIST_FIELDS)), now)
        return now
    changed = _parse(client.query("job", LIST_FIELDS, _changed_since(queue.jobs)))
    kept = {job.id: job for job in queue.jobs if job.finished}
    job_queue.publish(cluster, {**kept, **{j.id: j for j in changed}}.values(), now)
    return fully_read_at


def _changed_since(jobs: Sequence[QueuedJob]) -> Filter:
    """Return the filter of the jobs that aren't finished, or are newer than all."""
    unfinished = [job.id for job in jobs if not job.finished]
    next_id = max((job.id for job in jobs), default=0) + 1
    if not unfinished:
        return at_least("id", next_id)
    if len(unfinished) > MAX_NAMED:
        return at_least("id", min(unfinished))
    return ["|", at_least("id", next_id), *any_of("id", unfinished)[1:]]


def _parse(rows: Iterable[Mapping[str, Any]]) -> list[QueuedJob]:
    return [job for row in rows if (job := QueuedJob.from_rapi(row)) is not None]


def read_details(cluster: Cluster, job_ids: Iterable[int]) -> None:
    """Read the details of jobs by one call, and publish them; raises RapiError.

    Jobs that ended before they were read last are left out.
    """
    due = [job_id for job_id in job_ids if not _is_over(cluster, job_id)]
    if not due:
        return
    rows = _client(cluster).query("job", DETAIL_FIELDS, any_of("id", due))
    details = filter(None, map(JobDetail.from_rapi, rows))
    by_id = {detail.job.id: detail for detail in details}
    now = timezone.now()
    for job_id in due:
        cached = CachedDetail(by_id.get(job_id), now)
        job_queue.publish_detail(cluster, job_id, cached)


def _is_over(cluster: Cluster, job_id: int) -> bool:
    cached = job_queue.detail(cluster, job_id)
    if cached is None:
        return False
    return cached.detail is None or cached.detail.job.finished


def _client(cluster: Cluster) -> RapiClient:
    client = client_for(cluster, patience_s=PATIENCE_S)
    assume_version(client, cluster)
    return client
