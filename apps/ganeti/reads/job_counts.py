"""Number of our jobs on each cluster."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count

from ..domain.job import JobStatus
from ..models import Job

_RUNNING = frozenset({JobStatus.RUNNING, JobStatus.CANCELING})


@dataclass(frozen=True, slots=True)
class JobCounts:
    """Our unfinished jobs."""

    running: int = 0
    waiting: int = 0


NO_JOBS = JobCounts()


def by_cluster() -> dict[str, JobCounts]:
    """Return the counts by the short names of clusters that have any; one query."""
    rows = Job.objects.unfinished().order_by().values_list("cluster__slug", "status")
    running: dict[str, int] = defaultdict(int)
    waiting: dict[str, int] = defaultdict(int)
    for slug, status, count in rows.annotate(count=Count("pk")):
        (running if status in _RUNNING else waiting)[slug] += count
    return {
        slug: JobCounts(running[slug], waiting[slug])
        for slug in running.keys() | waiting.keys()
    }
