"""Job queues of clusters in the shared cache, as the watcher read them last.

As with snapshots, a small stamp names the version of the contents, and a process reads
these again only when the version changed.
"""

import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from django.core.cache import cache

from apps.work.aware_datetime import AwareDatetime
from apps.work.typed_cache import TypedCache, TypeMismatchError

from ..domain.queued_job import JobDetail, QueuedJob
from ..models import Cluster
from ..rapi.errors import RapiProtocolError, gettext_noop

T = TypeVar("T")

# Raised when the dataclasses change, so that nobody reads another version's cache.
FORMAT = 1
# Ganeti has at most 5,000 jobs that aren't archived; the newest are kept.
MAX_JOBS = 6000
# How long the last state of a queue, and of one job, is kept after it was read.
QUEUE_LASTS_S = 24 * 3600
JOB_LASTS_S = 3600
# Maximum age of this process's view of the cache, seconds.
CHECKED_WITHIN_S = 0.1


@dataclass(frozen=True, slots=True)
class QueueStamp:
    """Version of a queue's contents, when it was read, and the error since."""

    version: str
    read_at: AwareDatetime | None
    error: str = ""
    unfinished: int = 0


@dataclass(frozen=True, slots=True)
class QueueContents:
    """Jobs by descending ID."""

    jobs: tuple[QueuedJob, ...]


@dataclass(frozen=True, slots=True)
class ClusterQueue:
    """The last known queue of a cluster; without a stamp, it was never read."""

    cluster: Cluster
    stamp: QueueStamp | None = None
    jobs: Sequence[QueuedJob] = field(default=(), repr=False)

    @property
    def version(self) -> str:
        return self.stamp.version if self.stamp else ""

    @property
    def unfinished(self) -> int:
        return self.stamp.unfinished if self.stamp else 0

    @property
    def error(self) -> str:
        return self.stamp.error if self.stamp else ""

    @property
    def read_at(self) -> AwareDatetime | None:
        return self.stamp.read_at if self.stamp else None


@dataclass(frozen=True, slots=True)
class CachedDetail:
    """A job's detail; None if the cluster doesn't know the job."""

    detail: JobDetail | None
    read_at: AwareDatetime


@dataclass(frozen=True, slots=True)
class _Memory:
    stamp: QueueStamp
    contents: QueueContents


_stamps = TypedCache(QueueStamp)
_contents = TypedCache(QueueContents)
_details = TypedCache(CachedDetail)
_memory: dict[str, _Memory] = {}
_checked: dict[str, float] = {}
_lock = threading.Lock()


def current(
    clusters: Iterable[Cluster], *, within_s: float = CHECKED_WITHIN_S
) -> list[ClusterQueue]:
    """Return the last known queues, without any RAPI call."""
    clusters = list(clusters)
    _update_memory([_key(cluster) for cluster in clusters], within_s)
    return [_queue(cluster) for cluster in clusters]


def publish(
    cluster: Cluster, jobs: Iterable[QueuedJob], read_at: AwareDatetime
) -> ClusterQueue:
    """Publish the jobs of a cluster; the version stays if they are the same.

    Raises RapiProtocolError if a value has the wrong type.
    """
    key = _key(cluster)
    newest = sorted(jobs, key=lambda job: job.id, reverse=True)[:MAX_JOBS]
    contents = QueueContents(tuple(newest))
    previous = _memory.get(key)
    if previous and previous.contents == contents:
        stamp = replace(previous.stamp, read_at=read_at, error="")
    else:
        unfinished = sum(not job.finished for job in newest)
        stamp = QueueStamp(uuid.uuid4().hex, read_at, unfinished=unfinished)
        _set(_contents, _contents_key(key, stamp), contents, QUEUE_LASTS_S)
    _stamps.set(_stamp_key(key), stamp, QUEUE_LASTS_S)
    if previous and previous.stamp.version != stamp.version:
        cache.delete(_contents_key(key, previous.stamp))
    with _lock:
        _memory[key] = _Memory(stamp, contents)
    return _queue(cluster)


def publish_error(cluster: Cluster, error: str) -> None:
    """Publish that a queue couldn't be read; its last contents stay."""
    key = _key(cluster)
    previous = _memory.get(key)
    stamp = previous.stamp if previous else QueueStamp("", None)
    stamp = replace(stamp, error=error)
    _stamps.set(_stamp_key(key), stamp, QUEUE_LASTS_S)
    if previous:
        with _lock:
            _memory[key] = replace(previous, stamp=stamp)


def detail(cluster: Cluster, job_id: int) -> CachedDetail | None:
    """Return the last known detail of a job; None if it wasn't read lately."""
    return _details.get(_detail_key(cluster, job_id))


def publish_detail(cluster: Cluster, job_id: int, cached: CachedDetail) -> None:
    """Publish a job's detail; raises RapiProtocolError like `publish`."""
    _set(_details, _detail_key(cluster, job_id), cached, JOB_LASTS_S)


def clear_memory() -> None:
    """Clear this process's memory, so that it reads the cache again."""
    with _lock:
        _memory.clear()
        _checked.clear()


def _set(typed: TypedCache[T], key: str, value: T, timeout_s: int) -> None:
    try:
        typed.set(key, value, timeout_s)
    except TypeMismatchError as exc:
        message = gettext_noop("A response has a value of an unexpected type")
        raise RapiProtocolError(f"{message}: {exc}") from exc


def _queue(cluster: Cluster) -> ClusterQueue:
    memory = _memory.get(_key(cluster))
    if memory is None:
        return ClusterQueue(cluster)
    return ClusterQueue(cluster, memory.stamp, memory.contents.jobs)


def _update_memory(keys: Sequence[str], within_s: float) -> None:
    now = time.monotonic()
    outdated = [k for k in keys if now - _checked.get(k, float("-inf")) > within_s]
    if not outdated:
        return
    stamps = _stamps.get_many([_stamp_key(key) for key in outdated])
    for key in outdated:
        if stamp := stamps.get(_stamp_key(key)):
            _load(key, stamp)
        _checked[key] = now


def _load(key: str, stamp: QueueStamp) -> None:
    memory = _memory.get(key)
    if memory and memory.stamp.version == stamp.version:
        contents: QueueContents | None = memory.contents
    elif stamp.version:
        contents = _contents.get(_contents_key(key, stamp))
    else:
        contents = QueueContents(())
    if contents is not None:
        with _lock:
            _memory[key] = _Memory(stamp, contents)


def _key(cluster: Cluster) -> str:
    return f"job-queue:{FORMAT}:{cluster.pk}:{cluster.slug}"


def _stamp_key(key: str) -> str:
    return f"{key}:stamp"


def _contents_key(key: str, stamp: QueueStamp) -> str:
    return f"{key}:{stamp.version}"


def _detail_key(cluster: Cluster, job_id: int) -> str:
    return f"{_key(cluster)}:job:{job_id}"
