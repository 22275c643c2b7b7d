"""What is known of each cluster: the cached state, shared by all processes.

The contents of a cluster are published under a generation; a small stamp names the
current one. A process keeps the decoded contents and reads them again only when the
generation changed. The cache may lose everything at any time, and others may have
written to it (`typed_cache`): processes then go on with what they have until somebody
publishes again.
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
from .shared_instances import old_if_equal

# Raised when the dataclasses change, so that nobody reads another version's cache.
FORMAT = 3
# How long publishing a cluster may take before others go ahead, and look again.
TURN_S = 2.0
TURN_LOOK_EVERY_S = 0.02


@dataclass(frozen=True)
class Contents:
    """All that pages show about a cluster, by name."""

    info: ClusterInfo
    instances: Mapping[str, Instance]
    nodes: Mapping[str, Node]
    groups: Mapping[str, NodeGroup]
    networks: tuple[GanetiNetwork, ...]
    # What the cluster has too, and what nobody can make sense of.
    unreadable: tuple[Unreadable, ...] = ()

    @cached_property
    def by_user(self) -> dict[str, list[Instance]]:
        """Return the instances that each user is named as an owner of."""
        return _index(self.instances.values(), lambda found: found.tags.users)

    @cached_property
    def by_group(self) -> dict[str, list[Instance]]:
        """Return the instances that each group is named as an owner of."""
        return _index(self.instances.values(), lambda found: found.tags.groups)

    @cached_property
    def by_uuid(self) -> dict[str, Instance]:
        return {found.uuid: found for found in self.instances.values() if found.uuid}

    def can(self, capability: Capability) -> bool:
        """Tell whether its Ganeti has a capability; of an unknown version: yes."""
        version = parse(self.info.version)
        return version == UNKNOWN or supports(version, capability)

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the names that instances have, case-folded: DNS knows no case."""
        unreadable = (one.name for one in self.unreadable if one.kind == "instance")
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
    """Which contents are current, and when the cluster was asked.

    ``slow_at`` is when what changes seldom was fetched (info, networks); ``touched``
    are instances refreshed alone, with the time, so that a refresh of all that
    started earlier does not bring older news of them.
    """

    generation: str
    fetched_at: AwareDatetime
    live_at: AwareDatetime | None
    slow_at: AwareDatetime
    touched: Mapping[str, AwareDatetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """A cluster's contents with their stamp."""

    stamp: Stamp
    contents: Contents


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A cluster as pages see it: what is known, how old it is, what went wrong."""

    cluster: Cluster
    # Not in its text: an error report would carry the whole cluster.
    known: Known | None = field(repr=False)
    error: str = ""
    failing_since: datetime | None = None

    @property
    def down(self) -> bool:
        """Whether the cluster did not answer when last asked."""
        return bool(self.failing_since)

    @property
    def contents(self) -> Contents | None:
        return self.known.contents if self.known else None

    @property
    def generation(self) -> str:
        return self.known.stamp.generation if self.known else ""

    @property
    def fetched_at(self) -> datetime | None:
        return self.known.stamp.fetched_at if self.known else None

    @property
    def live_at(self) -> datetime | None:
        return self.known.stamp.live_at if self.known else None


_stamps = TypedCache(Stamp)
_contents = TypedCache(Contents)
_memory: dict[str, Known] = {}
_checked: dict[str, float] = {}
_lock = threading.Lock()


def current(clusters: Iterable[Cluster], *, within_s: float = 0) -> list[Snapshot]:
    """Return what is known of the clusters; never asks a cluster.

    ``within_s`` allows an answer from this process's memory that was compared with
    the cache no longer ago than that.
    """
    wanted = list(clusters)
    _read([_key(c) for c in wanted], time.monotonic() - within_s)
    return [_snapshot(cluster) for cluster in wanted]


def remembered(cluster: Cluster) -> Contents | None:
    """Return what this process knows of a cluster, without a look at the cache.

    For the handlers of jobs, which wait for nothing but the database (`jobs.handlers`).
    """
    known = _memory.get(_key(cluster))
    return known.contents if known else None


def forget() -> None:
    """Empty this process's memory; what the cache holds is read again."""
    with _lock:
        _memory.clear()
        _checked.clear()


def publish(cluster: Cluster, update: Callable[[Known | None], Known]) -> Known:
    """Replace what is known of a cluster by what ``update`` makes of it.

    Publishers take turns, so that none overwrites what another just published.
    Raises ClusterRefresh.DoesNotExist when the cluster has not been asked yet, and
    RapiProtocolError when a value of its answer has not the type that it should have.
    """
    key = _key(cluster)
    with _turn(cluster):
        _read([key], time.monotonic())
        before = _memory.get(key)
        after = _same_generation(before, update(before))
        _write(key, after)
        _keep(key, after)
    if before and before.stamp.generation != after.stamp.generation:
        cache.delete(_contents_key(key, before.stamp.generation))
    return after


def _write(key: str, known: Known) -> None:
    contents_key = _contents_key(key, known.stamp.generation)
    try:
        # Asked even when nothing changed: a cache that lost everything gets it back.
        if not cache.has_key(contents_key):
            _contents.set(contents_key, known.contents)
        _stamps.set(_stamp_key(key), known.stamp)
    except TypeMismatchError as exc:
        message = gettext_noop("A response has a value of an unexpected type")
        raise RapiProtocolError(f"{message}: {exc}") from exc


@contextmanager
def _turn(cluster: Cluster) -> Iterator[None]:
    """Wait for our turn to publish a cluster.

    By a lease and not by a lock on its row: the cache is asked meanwhile, and where
    threads are gevent's a second one that waited in the database would let no other
    run, the first included.
    """
    me = uuid.uuid4().hex
    _take_turn(cluster, me)
    try:
        yield
    finally:
        ClusterRefresh.objects.filter(cluster=cluster, publisher=me).update(
            publisher="", publishing_until=None
        )


def _take_turn(cluster: Cluster, me: str) -> None:
    """Take the lease; after a while without it too, since its holder may have died.

    What an overwritten snapshot lacks, the next refresh brings.
    """
    patience_ends = time.monotonic() + TURN_S
    states = ClusterRefresh.objects.filter(cluster=cluster)
    while time.monotonic() < patience_ends:
        now = timezone.now()
        free = Q(publishing_until=None) | Q(publishing_until__lte=now)
        until = now + timedelta(seconds=TURN_S)
        if states.filter(free).update(publisher=me, publishing_until=until):
            return
        states.get()
        time.sleep(TURN_LOOK_EVERY_S)


def _same_generation(before: Known | None, after: Known) -> Known:
    """Give new contents a new generation, equal ones the one they had."""
    if before and before.contents == after.contents:
        stamp = replace(after.stamp, generation=before.stamp.generation)
        return Known(stamp, before.contents)
    stamp = replace(after.stamp, generation=uuid.uuid4().hex)
    return Known(stamp, _shared(before, after.contents))


def _shared(old: Known | None, fresh: Contents) -> Contents:
    """Return fresh contents with the instances that this process has, if equal.

    Free memory on a node changes all the time, instances seldom.
    """
    if old is None:
        return fresh
    instances = old_if_equal(old.contents.instances, fresh.instances)
    return replace(fresh, instances=instances)


def _snapshot(cluster: Cluster) -> Snapshot:
    state: ClusterRefresh | None = getattr(cluster, "refresh_state", None)
    return Snapshot(
        cluster=cluster,
        known=_memory.get(_key(cluster)),
        error=state.last_error if state else "",
        failing_since=state.failing_since if state else None,
    )


def _read(keys: list[str], not_before: float) -> None:
    """Bring this process's memory up to what the cache has."""
    stale = [key for key in keys if _checked.get(key, float("-inf")) < not_before]
    if not stale:
        return
    now = time.monotonic()
    stamps = _stamps.get_many([_stamp_key(key) for key in stale])
    for key in stale:
        if stamp := stamps.get(_stamp_key(key)):
            _adopt(key, stamp)
        _checked[key] = now


def _adopt(key: str, stamp: Stamp) -> None:
    mine = _memory.get(key)
    if mine and mine.stamp.fetched_at > stamp.fetched_at:
        return  # the cache was away when this process asked the cluster itself
    if mine and mine.stamp.generation == stamp.generation:
        _keep(key, Known(stamp, mine.contents))
        return
    contents = _contents.get(_contents_key(key, stamp.generation))
    if contents is not None:
        _keep(key, Known(stamp, _shared(mine, contents)))


def _keep(key: str, known: Known) -> None:
    with _lock:
        _memory[key] = known


def _key(cluster: Cluster) -> str:
    return f"snapshot:{FORMAT}:{cluster.pk}:{cluster.slug}"


def _stamp_key(key: str) -> str:
    return f"{key}:stamp"


def _contents_key(key: str, generation: str) -> str:
    return f"{key}:{generation}"


def recently_touched(
    stamp: Stamp, now: datetime, keep_s: float = 300
) -> dict[str, datetime]:
    """Return the instances refreshed alone not long ago."""
    limit = now - timedelta(seconds=keep_s)
    return {name: at for name, at in stamp.touched.items() if at > limit}
