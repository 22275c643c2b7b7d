"""From rows of a cluster's answers, and what was known before, to what is known.

What cannot be read of an answer is left out row by row, and kept as unreadable.
"""

import logging
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from django.conf import settings

from ..domain import values
from ..domain.cluster import ClusterInfo
from ..domain.instance import Instance
from ..domain.network import GanetiNetwork
from ..domain.node import Node, NodeGroup
from ..domain.values import Unreadable, Values
from ..models import Cluster
from ..rapi.query import Row
from .shared_instances import old_if_equal
from .snapshots import Contents, Known, Stamp, recently_touched

logger = logging.getLogger(__name__)

# Of these a refresh does not ask every time.
SLOW_KINDS = frozenset({"cluster", "network"})

Rows = list[Row]


@dataclass(frozen=True, slots=True)
class Configured:
    """What the configuration says; ``slow``: with what changes seldom."""

    instances: list[Instance]
    nodes: Rows
    groups: list[NodeGroup]
    slow: bool
    info: ClusterInfo | None
    networks: tuple[GanetiNetwork, ...]
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True, slots=True)
class Live:
    """What the nodes say, by name."""

    instances: Mapping[str, Values]
    nodes: Mapping[str, Values]


class NothingKnownError(Exception):
    """Nothing is known of the cluster that instances could be added to."""


def with_all(
    before: Known | None,
    cluster: Cluster,
    configured: Configured,
    live: Live | None,
    asked_at: datetime,
) -> Known:
    """Return what is known after a refresh of everything, begun at ``asked_at``.

    ``live`` None: not yet, so the last known state stays. Instances that were refreshed
    alone in the meantime stay as they are.
    """
    fresh = _contents(cluster, configured, live, before)
    if before is None:
        return Known(Stamp("", asked_at, asked_at if live else None, asked_at), fresh)
    touched = recently_touched(before.stamp, asked_at)
    newer = {name for name, at in touched.items() if at >= asked_at}
    stamp = replace(
        before.stamp,
        fetched_at=asked_at,
        live_at=asked_at if live else before.stamp.live_at,
        slow_at=asked_at if configured.slow else before.stamp.slow_at,
        touched=touched,
    )
    return Known(stamp, _keep_newer(fresh, before.contents, newer))


def with_instances(
    before: Known | None,
    cluster: Cluster,
    names: Iterable[str],
    rows: Mapping[str, Values],
    asked_at: datetime,
) -> Known:
    """Return what is known after a refresh of some instances alone.

    One without a row is gone. Raises NothingKnownError before the first refresh of all.
    """
    if before is None:
        raise NothingKnownError
    old, asked = before.contents, dict.fromkeys(names, asked_at)
    fresh, lost = values.read_all(
        "instance", [rows[name] for name in asked if name in rows], reader(cluster)
    )
    instances = {k: v for k, v in old.instances.items() if k not in asked}
    for found in fresh:
        instances[found.name] = _instance(found, Live(rows, {}), before)
    unreadable = (*_of_others(old.unreadable, asked), *lost)
    unreadable = _log_new(cluster, unreadable, old)
    touched = recently_touched(before.stamp, asked_at) | asked
    return Known(
        replace(before.stamp, touched=touched),
        replace(old, instances=instances, unreadable=unreadable),
    )


def reader(cluster: Cluster) -> Callable[[Values], Instance]:
    slug, prefix = cluster.slug, settings.GANETI_TAG_PREFIX
    return partial(Instance.from_rapi, cluster=slug, tag_prefix=prefix)


def _contents(
    cluster: Cluster, configured: Configured, live: Live | None, before: Known | None
) -> Contents:
    old = before.contents if before else None
    info, networks = configured.info, configured.networks
    unreadable = configured.unreadable
    if info is None:
        info = old.info if old else ClusterInfo.from_rapi({})
    if not configured.slow and old:
        networks = old.networks
        unreadable += tuple(one for one in old.unreadable if one.kind in SLOW_KINDS)
    seen = live.nodes if live else {}

    def read_node(row: Values) -> Node:
        return Node.from_rapi(row, seen.get(values.name(row)))

    nodes, lost = values.read_all("node", configured.nodes, read_node)
    return Contents(
        info=info,
        instances={
            instance.name: _instance(instance, live, before)
            for instance in configured.instances
        },
        nodes={node.name: node for node in nodes},
        groups={group.name: group for group in configured.groups},
        networks=networks,
        unreadable=_log_new(cluster, (*unreadable, *lost), old),
    )


def _log_new(
    cluster: Cluster, unreadable: tuple[Unreadable, ...], old: Contents | None
) -> tuple[Unreadable, ...]:
    """Log what cannot be read, once; return it."""
    known = old.unreadable if old else ()
    for one in unreadable:
        if one not in known:
            name = one.name or "?"
            logger.warning(
                "%s: %s %s left out: %s", cluster.slug, one.kind, name, one.reason
            )
    return unreadable


def _instance(found: Instance, live: Live | None, before: Known | None) -> Instance:
    """Add to what is configured what the nodes say, or said before."""
    old = before.contents.instances.get(found.name) if before else None
    live_at = before.stamp.live_at if before else None
    if live is None:
        found = found.with_state_of(old) if old else found
    elif (seen := live.instances.get(found.name)) is None:
        found = found.with_unknown_state(old, live_at)
    else:
        found = found.with_live_state(seen, old, live_at)
    return old_if_equal(old, found)


def _keep_newer(fresh: Contents, old: Contents, names: set[str]) -> Contents:
    """Return fresh contents, but with what ``old`` has of instances named."""
    if not names:
        return fresh
    instances = {k: v for k, v in fresh.instances.items() if k not in names}
    instances |= {k: old.instances[k] for k in names if k in old.instances}
    unreadable = _of_others(fresh.unreadable, names)
    unreadable += tuple(
        one for one in old.unreadable if one.kind == "instance" and one.name in names
    )
    return replace(fresh, instances=instances, unreadable=unreadable)


def _of_others(
    unreadable: Iterable[Unreadable], names: Container[str]
) -> tuple[Unreadable, ...]:
    """Return what is unreadable apart from the instances named."""
    return tuple(
        one for one in unreadable if one.kind != "instance" or one.name not in names
    )
