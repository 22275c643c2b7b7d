"""Which job queues users are looking at, so that the watcher reads only these.

Pages record their interest in the shared cache with every poll, and it expires soon
after the last one. If the cache loses it, the next poll records it again.
"""

import time
from collections.abc import Iterable, Mapping, Sequence

from django.core.cache import cache

from ..models import Cluster

# How long an interest lasts, and after how long a process records it again.
LASTS_S = 10
RECORD_EVERY_S = 3.0
# Jobs per cluster whose pages are open; the oldest interest gives way.
MAX_JOBS = 50

_VIEWERS = "job-interest"
_NEVER = float("-inf")
_recorded: dict[str, float] = {}


def record_viewers(clusters: Iterable[Cluster]) -> None:
    """Record that the queues of these clusters are being looked at."""
    now = time.monotonic()
    due = {
        key: True
        for cluster in clusters
        if now - _recorded.get(key := _queue_key(cluster), _NEVER) > RECORD_EVERY_S
    }
    if due:
        _record(due, now)


def record_job_viewer(cluster: Cluster, job_id: int) -> None:
    """Record that the page of a job is being looked at.

    Two processes may overwrite each other's addition; the next poll repeats it.
    """
    now = time.monotonic()
    key = f"{_jobs_key(cluster)}:{job_id}"
    if now - _recorded.get(key, _NEVER) <= RECORD_EVERY_S:
        return
    ids = [other for other in watched_jobs(cluster) if other != job_id]
    _record({_jobs_key(cluster): [*ids, job_id][-MAX_JOBS:]}, now)
    _recorded[key] = now


def _record(values: Mapping[str, object], now: float) -> None:
    cache.set_many({**values, _VIEWERS: True}, LASTS_S)
    if len(_recorded) > 1000:
        _recorded.clear()
    _recorded.update(dict.fromkeys(values, now))


def exists() -> bool:
    """Return whether anybody is looking at a job or a queue."""
    return bool(cache.get(_VIEWERS))


def watched(clusters: Sequence[Cluster]) -> list[Cluster]:
    """Return the clusters whose queue or jobs are being looked at."""
    keys = {
        key: cluster
        for cluster in clusters
        for key in (_queue_key(cluster), _jobs_key(cluster))
    }
    cached = cache.get_many(keys)
    return list(dict.fromkeys(keys[key] for key in keys if key in cached))


def is_queue_watched(cluster: Cluster) -> bool:
    return bool(cache.get(_queue_key(cluster)))


def clear_memory() -> None:
    """Forget what this process has recorded, so that it records it again."""
    _recorded.clear()


def watched_jobs(cluster: Cluster) -> list[int]:
    """Return the ids of the jobs whose pages are being looked at."""
    ids = cache.get(_jobs_key(cluster))
    return [job_id for job_id in ids if isinstance(job_id, int)] if ids else []


def _queue_key(cluster: Cluster) -> str:
    return f"job-interest:queue:{cluster.pk}"


def _jobs_key(cluster: Cluster) -> str:
    return f"job-interest:jobs:{cluster.pk}"
