"""Merge rows from a cluster's RAPI into its previous contents.

Rows that can't be parsed are left out and listed as unreadable.
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
from ..rapi.query import ResultRow
from .shared_instances import reuse_if_equal
from .snapshots import Contents, Stamp, StampedContents, recently_touched

logger = logging.getLogger(__name__)

# Not fetched by every refresh.
SLOW_KINDS = frozenset({"cluster", "network"})

Rows = list[ResultRow]


@dataclass(frozen=True, slots=True)
class Configuration:
    """A cluster's configuration; ``slow``: including what changes seldom."""

    instances: list[Instance]
    nodes: Rows
    groups: list[NodeGroup]
    slow: bool
    info: ClusterInfo | None
    networks: tuple[GanetiNetwork, ...]
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True, slots=True)
class LiveState:
    """Live fields of instances and nodes, as reported by the nodes, by name."""

    instances: Mapping[str, Values]
    nodes: Mapping[str, Values]


class NoContentsError(Exception):
    """The cluster has no contents yet that refreshed instances could be merged into."""


def merge_all(
    previous: StampedContents | None,
    cluster: Cluster,
    configuration: Configuration,
    live: LiveState | None,
    asked_at: datetime,
) -> StampedContents:
    """Return the contents after a full refresh that began at ``asked_at``.

    With ``live`` None, the nodes have not answered yet and their last state stays.
    Instances that were refreshed by themselves in the meantime stay as they are.
    """
    contents = _contents(cluster, configuration, live, previous)
    if previous is None:
        live_at = asked_at if live else None
        return StampedContents(Stamp("", asked_at, live_at, asked_at), contents)
    touched = recently_touched(previous.stamp, asked_at)
    newer = {name for name, at in touched.items() if at >= asked_at}
    stamp = replace(
        previous.stamp,
        fetched_at=asked_at,
        live_at=asked_at if live else previous.stamp.live_at,
        slow_at=asked_at if configuration.slow else previous.stamp.slow_at,
        touched=touched,
    )
    return StampedContents(stamp, _keep_newer(contents, previous.contents, newer))


def merge_instances(
    previous: StampedContents | None,
    cluster: Cluster,
    names: Iterable[str],
    rows: Mapping[str, Values],
    asked_at: datetime,
) -> StampedContents:
    """Return the contents after a refresh of the named instances.

    An instance without a row is removed. Raises NoContentsError before the first full
    refresh.
    """
    if previous is None:
        raise NoContentsError
    contents, refreshed = previous.contents, dict.fromkeys(names, asked_at)
    read_instances, skipped = values.read_all(
        "instance", [rows[name] for name in refreshed if name in rows], reader(cluster)
    )
    instances = {k: v for k, v in contents.instances.items() if k not in refreshed}
    for instance in read_instances:
        instances[instance.name] = _instance(instance, LiveState(rows, {}), previous)
    unreadable = (*_without_instances(contents.unreadable, refreshed), *skipped)
    unreadable = _log_unreadable(cluster, unreadable, contents)
    touched = recently_touched(previous.stamp, asked_at) | refreshed
    return StampedContents(
        replace(previous.stamp, touched=touched),
        replace(contents, instances=instances, unreadable=unreadable),
    )


def merge_groups(
    previous: StampedContents | None,
    groups: Iterable[NodeGroup],
    unreadable: tuple[Unreadable, ...],
) -> StampedContents:
    """Return the contents after a refresh of the node groups alone.

    Raises NoContentsError before the first full refresh.
    """
    if previous is None:
        raise NoContentsError
    contents = previous.contents
    others = tuple(row for row in contents.unreadable if row.kind != "group")
    by_name = {group.name: group for group in groups}
    return StampedContents(
        previous.stamp,
        replace(contents, groups=by_name, unreadable=(*others, *unreadable)),
    )


def reader(cluster: Cluster) -> Callable[[Values], Instance]:
    """Return the function that parses a cluster's instance rows."""
    slug, prefix = cluster.slug, settings.GANETI_TAG_PREFIX
    return partial(Instance.from_rapi, cluster=slug, tag_prefix=prefix)


def _contents(
    cluster: Cluster,
    configuration: Configuration,
    live: LiveState | None,
    previous: StampedContents | None,
) -> Contents:
    last_contents = previous.contents if previous else None
    info, networks = configuration.info, configuration.networks
    unreadable = configuration.unreadable
    if info is None:
        info = last_contents.info if last_contents else ClusterInfo.from_rapi({})
    if not configuration.slow and last_contents:
        networks = last_contents.networks
        unreadable += tuple(
            row for row in last_contents.unreadable if row.kind in SLOW_KINDS
        )
    live_rows = live.nodes if live else {}

    def read_node(row: Values) -> Node:
        return Node.from_rapi(row, live_rows.get(values.name(row)))

    nodes, skipped = values.read_all("node", configuration.nodes, read_node)
    return Contents(
        info=info,
        instances={
            instance.name: _instance(instance, live, previous)
            for instance in configuration.instances
        },
        nodes={node.name: node for node in nodes},
        groups={group.name: group for group in configuration.groups},
        networks=networks,
        unreadable=_log_unreadable(cluster, (*unreadable, *skipped), last_contents),
    )


def _log_unreadable(
    cluster: Cluster, unreadable: tuple[Unreadable, ...], previous: Contents | None
) -> tuple[Unreadable, ...]:
    """Return the unreadable rows; log those that were not there before."""
    logged = previous.unreadable if previous else ()
    for row in unreadable:
        if row not in logged:
            name = row.name or "?"
            logger.warning(
                "%s: %s %s left out: %s", cluster.slug, row.kind, name, row.reason
            )
    return unreadable


def _instance(
    instance: Instance, live: LiveState | None, previous: StampedContents | None
) -> Instance:
    """Return an instance with its live fields, or else with the last known ones."""
    last_instance = previous.contents.instances.get(instance.name) if previous else None
    live_at = previous.stamp.live_at if previous else None
    if live is None:
        instance = instance.with_state_of(last_instance) if last_instance else instance
    elif (live_row := live.instances.get(instance.name)) is None:
        instance = instance.with_unknown_state(last_instance, live_at)
    else:
        instance = instance.with_live_state(live_row, last_instance, live_at)
    return reuse_if_equal(last_instance, instance)


def _keep_newer(contents: Contents, previous: Contents, names: set[str]) -> Contents:
    """Return the contents with the named instances as they were in ``previous``."""
    if not names:
        return contents
    instances = {k: v for k, v in contents.instances.items() if k not in names}
    instances |= {k: previous.instances[k] for k in names if k in previous.instances}
    unreadable = _without_instances(contents.unreadable, names)
    unreadable += tuple(
        row
        for row in previous.unreadable
        if row.kind == "instance" and row.name in names
    )
    return replace(contents, instances=instances, unreadable=unreadable)


def _without_instances(
    unreadable: Iterable[Unreadable], names: Container[str]
) -> tuple[Unreadable, ...]:
    """Return the unreadable rows other than those of the named instances."""
    return tuple(
        row for row in unreadable if row.kind != "instance" or row.name not in names
    )
