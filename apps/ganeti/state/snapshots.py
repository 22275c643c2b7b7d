"""Snapshots of clusters: cached contents, shared by all processes.

The contents of a cluster are published under a generation; a small stamp names the
current one. A process keeps the decoded contents and reads them again only when the
generation changed. The cache may lose everything at any time, and others may have
written to it (`typed_cache`): processes then keep what is in their memory until a
process publishes again.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from apps.work.aware_datetime import AwareDatetime
from apps.work.typed_cache import TypedCache, TypeMismatchError

from ..domain.cluster import ClusterInfo
from ..domain.instance import Instance
from ..domain.network import GanetiNetwork
from ..domain.node import Node, NodeGroup
from ..domain.values import Unreadable
from ..models import Cluster, ClusterRefresh
from ..rapi.errors import RapiProtocolError, gettext_noop
from ..rapi.versions import UNKNOWN, Capability, parse, supports
from .shared_instances import reuse_if_equal

# Raised when the dataclasses change, so that nobody reads another version's cache.
FORMAT = 4
# How long publishing may take before others go ahead; how often they retry until then.
PUBLISHING_LEASE_S = 2.0
PUBLISHING_RETRY_S = 0.02


@dataclass(frozen=True)
class Contents:
    """Everything that pages show about a cluster, by name."""

    info: ClusterInfo
    instances: Mapping[str, Instance]
    nodes: Mapping[str, Node]
    groups: Mapping[str, NodeGroup]
    networks: tuple[GanetiNetwork, ...]
    # Rows of the cluster's answers that could not be parsed.
    unreadable: tuple[Unreadable, ...] = ()

    @cached_property
    def by_user(self) -> dict[str, list[Instance]]:
        """Map users to the instances that name them as owners."""
        return _index(self.instances.values(), lambda instance: instance.tags.users)

    @cached_property
    def by_group(self) -> dict[str, list[Instance]]:
        """Map groups to the instances that name them as owners."""
        return _index(self.instances.values(), lambda instance: instance.tags.groups)

    @cached_property
    def by_primary_node(self) -> dict[str, list[Instance]]:
        return _index(
            self.instances.values(), lambda instance: (instance.primary_node,)
        )

    @cached_property
    def by_secondary_node(self) -> dict[str, list[Instance]]:
        return _index(
            self.instances.values(), lambda instance: instance.secondary_nodes
        )

    @cached_property
    def by_uuid(self) -> dict[str, Instance]:
        return {
            instance.uuid: instance
            for instance in self.instances.values()
            if instance.uuid
        }

    def can(self, capability: Capability) -> bool:
        """Return whether its Ganeti has a capability; True for unknown versions."""
        version = parse(self.info.version)
        return version == UNKNOWN or supports(version, capability)

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the names of instances, case-folded as DNS ignores case."""
        unreadable = (item.name for item in self.unreadable if item.kind == "instance")
        return frozenset(name.casefold() for name in (*self.instances, *unreadable))


def _index(
    instances: Iterable[Instance], names: Callable[[Instance], Iterable[str]]
) -> dict[str, list[Instance]]:
    index: dict[str, list[Instance]] = {}
    for instance in instances:
        for name in names(instance):
            index.setdefault(name, []).append(instance)
    return index


@dataclass(frozen=True, slots=True)
class Stamp:
    """Generation of a cluster's contents, and when they were fetched.

    ``slow_at`` is when the parts that seldom change were fetched (info, networks).
    ``touched`` maps instances that were refreshed by themselves to the time, so that a
    full refresh that started earlier does not overwrite them.
    """

    generation: str
    fetched_at: AwareDatetime
    live_at: AwareDatetime | None
    slow_at: AwareDatetime
    touched: Mapping[str, AwareDatetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StampedContents:
    """A cluster's contents with their stamp."""

    stamp: Stamp
    contents: Contents


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A cluster with its last published contents and the error of its last refresh."""

    cluster: Cluster
    # Not in the repr: error reports would include the whole cluster.
    published: StampedContents | None = field(repr=False)
    error: str = ""
    failing_since: datetime | None = None

    @property
    def down(self) -> bool:
        """Whether the last refresh failed."""
        return bool(self.failing_since)

    @property
    def contents(self) -> Contents | None:
        return self.published.contents if self.published else None

    @property
    def generation(self) -> str:
        return self.published.stamp.generation if self.published else ""

    @property
    def fetched_at(self) -> datetime | None:
        return self.published.stamp.fetched_at if self.published else None

    @property
    def live_at(self) -> datetime | None:
        return self.published.stamp.live_at if self.published else None


_stamps = TypedCache(Stamp)
_contents = TypedCache(Contents)
_memory: dict[str, StampedContents] = {}
_checked: dict[str, float] = {}
_lock = threading.Lock()


def current(clusters: Iterable[Cluster], *, within_s: float = 0) -> list[Snapshot]:
    """Return the current snapshots of clusters, without any RAPI call.

    With ``within_s``, what was compared with the cache that recently is taken from this
    process's memory.
    """
    clusters = list(clusters)
    _update_memory([_key(c) for c in clusters], time.monotonic() - within_s)
    return [_snapshot(cluster) for cluster in clusters]


def contents_in_memory(cluster: Cluster) -> Contents | None:
    """Return a cluster's contents from this process's memory, without the cache.

    For job handlers, which may wait for nothing but the database (`jobs.handlers`).
    """
    stamped = _memory.get(_key(cluster))
    return stamped.contents if stamped else None


def clear_memory() -> None:
    """Clear this process's memory, so that it reads the cache again."""
    with _lock:
        _memory.clear()
        _checked.clear()


def publish(
    cluster: Cluster, update: Callable[[StampedContents | None], StampedContents]
) -> StampedContents:
    """Replace a cluster's contents by what ``update`` returns for the current ones.

    A lease keeps publishers from overwriting each other. Raises
    ClusterRefresh.DoesNotExist if the cluster was never refreshed, and
    RapiProtocolError if a value of its answer has the wrong type.
    """
    key = _key(cluster)
    with _publishing_lease(cluster):
        _update_memory([key], time.monotonic())
        previous = _memory.get(key)
        updated = _with_generation(previous, update(previous))
        _write(key, updated)
        _remember(key, updated)
    if previous and previous.stamp.generation != updated.stamp.generation:
        cache.delete(_contents_key(key, previous.stamp.generation))
    return updated


def _write(key: str, stamped: StampedContents) -> None:
    contents_key = _contents_key(key, stamped.stamp.generation)
    try:
        # Checked even if nothing changed: the cache may have lost it.
        if not cache.has_key(contents_key):
            _contents.set(contents_key, stamped.contents)
        _stamps.set(_stamp_key(key), stamped.stamp)
    except TypeMismatchError as exc:
        message = gettext_noop("A response has a value of an unexpected type")
        raise RapiProtocolError(f"{message}: {exc}") from exc


@contextmanager
def _publishing_lease(cluster: Cluster) -> Iterator[None]:
    """Hold the lease for publishing a cluster.

    A lease and not a row lock: the cache is accessed meanwhile, and under gevent a
    second thread waiting for the lock in the database would block all threads,
    including the first.
    """
    publisher = uuid.uuid4().hex
    _take_publishing_lease(cluster, publisher)
    try:
        yield
    finally:
        ClusterRefresh.objects.filter(cluster=cluster, publisher=publisher).update(
            publisher="", publishing_until=None
        )


def _take_publishing_lease(cluster: Cluster, publisher: str) -> None:
    """Take the lease, or go on without it after a while: its holder may have died.

    If that overwrites a snapshot, the next refresh corrects it.
    """
    deadline = time.monotonic() + PUBLISHING_LEASE_S
    refresh_states = ClusterRefresh.objects.filter(cluster=cluster)
    while time.monotonic() < deadline:
        now = timezone.now()
        free = Q(publishing_until=None) | Q(publishing_until__lte=now)
        until = now + timedelta(seconds=PUBLISHING_LEASE_S)
        if refresh_states.filter(free).update(
            publisher=publisher, publishing_until=until
        ):
            return
        refresh_states.get()
        time.sleep(PUBLISHING_RETRY_S)


def _with_generation(
    previous: StampedContents | None, updated: StampedContents
) -> StampedContents:
    """Set a new generation, or the previous one if the contents are equal."""
    if previous and previous.contents == updated.contents:
        stamp = replace(updated.stamp, generation=previous.stamp.generation)
        return StampedContents(stamp, previous.contents)
    stamp = replace(updated.stamp, generation=uuid.uuid4().hex)
    return StampedContents(stamp, _reuse_instances(previous, updated.contents))


def _reuse_instances(previous: StampedContents | None, contents: Contents) -> Contents:
    """Return the contents with the instances already in memory, if equal.

    The free memory of nodes changes all the time, instances seldom.
    """
    if previous is None:
        return contents
    instances = reuse_if_equal(previous.contents.instances, contents.instances)
    return replace(contents, instances=instances)


def _snapshot(cluster: Cluster) -> Snapshot:
    refresh_state: ClusterRefresh | None = getattr(cluster, "refresh_state", None)
    return Snapshot(
        cluster=cluster,
        published=_memory.get(_key(cluster)),
        error=refresh_state.last_error if refresh_state else "",
        failing_since=refresh_state.failing_since if refresh_state else None,
    )


def _update_memory(keys: list[str], not_before: float) -> None:
    """Update this process's memory from the cache."""
    outdated = [key for key in keys if _checked.get(key, float("-inf")) < not_before]
    if not outdated:
        return
    now = time.monotonic()
    stamps = _stamps.get_many([_stamp_key(key) for key in outdated])
    for key in outdated:
        if stamp := stamps.get(_stamp_key(key)):
            _load_generation(key, stamp)
        _checked[key] = now


def _load_generation(key: str, stamp: Stamp) -> None:
    in_memory = _memory.get(key)
    if in_memory and in_memory.stamp.fetched_at > stamp.fetched_at:
        return  # the cache was down when this process refreshed the cluster
    if in_memory and in_memory.stamp.generation == stamp.generation:
        _remember(key, StampedContents(stamp, in_memory.contents))
        return
    contents = _contents.get(_contents_key(key, stamp.generation))
    if contents is not None:
        _remember(key, StampedContents(stamp, _reuse_instances(in_memory, contents)))


def _remember(key: str, stamped: StampedContents) -> None:
    with _lock:
        _memory[key] = stamped


def _key(cluster: Cluster) -> str:
    return f"snapshot:{FORMAT}:{cluster.pk}:{cluster.slug}"


def _stamp_key(key: str) -> str:
    return f"{key}:stamp"


def _contents_key(key: str, generation: str) -> str:
    return f"{key}:{generation}"


def recently_touched(
    stamp: Stamp, now: datetime, keep_s: float = 300
) -> dict[str, datetime]:
    """Return the instances refreshed by themselves in the last ``keep_s`` seconds."""
    limit = now - timedelta(seconds=keep_s)
    return {name: at for name, at in stamp.touched.items() if at > limit}
