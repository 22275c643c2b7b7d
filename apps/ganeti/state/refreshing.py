"""Refresh the snapshot of a cluster from its RAPI, one refresh at a time.

Configuration and live fields are fetched by separate queries in parallel: live ones
wait for the slowest node, so after a short grace period the configuration is published
without them.
"""

import logging
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Q
from django.utils import timezone

from apps.work import failures

from ..domain import values
from ..domain.cluster import ClusterInfo
from ..domain.instance import CONFIG_FIELDS, LIVE_FIELDS
from ..domain.network import GanetiNetwork
from ..domain.node import GROUP_FIELDS, NODE_CONFIG_FIELDS, NODE_LIVE_FIELDS, NodeGroup
from ..domain.values import Unreadable
from ..models import Cluster, ClusterRefresh
from ..rapi.client import RapiClient
from ..rapi.errors import RapiError, gettext_noop
from ..rapi.query import any_present
from ..rapi.versions import parse
from . import owner_names, refresh_lease
from .connections import client_for
from .merge import (
    Configuration,
    LiveState,
    NoContentsError,
    Rows,
    merge_all,
    merge_groups,
    merge_instances,
    reader,
)
from .snapshots import Snapshot, current, publish

logger = logging.getLogger(__name__)

LIVE_GRACE_S = 2.0
SLOW_EVERY = timedelta(minutes=5)


def refresh(
    cluster: Cluster, *, force: bool = False, lease_s: float = refresh_lease.LEASE_S
) -> bool:
    """Fetch everything from a cluster and publish it; return whether that succeeded.

    Returns False without a refresh while another process holds the lease, and if it is
    not due unless ``force``. Raises the database's errors only: others are stored with
    the cluster. A caller that renews the lease (`refresh_lease.renew`) may take a short
    one.
    """
    state = refresh_lease.take(cluster, force=force, lease_s=lease_s)
    if state is None:
        return False
    started = timezone.now()
    try:
        _fetch_and_publish(cluster, state, started)
    except RapiError as exc:
        refresh_lease.record_failure(state, str(exc))
        return False
    except (OperationalError, InterfaceError):
        raise  # without the database, nothing can be stored
    except Exception as exc:  # noqa: BLE001 - an answer may break anything; its row says so
        _record_error(state, exc)
        return False
    refresh_lease.record_success(state, started)
    return True


def _record_error(state: ClusterRefresh, exc: Exception) -> None:
    """Record an unexpected error as a failed refresh; log it once."""
    reason = gettext_noop("Its response couldn't be used")
    error = f"{reason}: {failures.describe(exc)}"
    if error != state.last_error:
        logger.error("%s: %s", state.cluster.slug, error, exc_info=exc)
    refresh_lease.record_failure(state, error)


def refresh_in_background(cluster: Cluster, *, force: bool = True) -> None:
    """Start a refresh in a thread, unless one is in progress."""

    def run() -> None:
        try:
            refresh(cluster, force=force)
        finally:
            connection.close()

    threading.Thread(target=run, name=f"refresh {cluster.slug}", daemon=True).start()


def refresh_instances(cluster: Cluster, names: Iterable[str]) -> None:
    """Fetch some instances by one query and publish them.

    Instances that the cluster no longer has are removed. Raises RapiError.
    """
    names = sorted(set(names))
    if not names:
        return
    asked_at = timezone.now()
    client = client_for(cluster)
    assume_version(client, cluster)
    rows = client.query(
        "instance", [*CONFIG_FIELDS, "status"], any_present("name", names)
    )
    rows_by_name = values.by_name(rows)
    try:
        stamped = publish(
            cluster,
            lambda previous: merge_instances(
                previous, cluster, names, rows_by_name, asked_at
            ),
        )
    except (NoContentsError, ClusterRefresh.DoesNotExist):
        return  # the first full refresh includes them
    owner_names.store(cluster, stamped.contents)


def refresh_groups(cluster: Cluster) -> None:
    """Fetch the node groups by one query and publish them. Raises RapiError."""
    client = client_for(cluster)
    assume_version(client, cluster)
    groups, unreadable = _groups(client.query("group", GROUP_FIELDS))
    with suppress(NoContentsError, ClusterRefresh.DoesNotExist):
        publish(
            cluster, lambda previous: merge_groups(previous, groups, tuple(unreadable))
        )


def due_clusters(clusters: Iterable[Cluster], now: datetime) -> list[Cluster]:
    """Return the clusters that are due for a refresh and that no process refreshes."""
    not_due = ClusterRefresh.objects.filter(
        Q(next_at__gt=now) | Q(leased_until__gt=now)
    ).values_list("cluster_id", flat=True)
    not_due_pks = set(not_due)
    return [cluster for cluster in clusters if cluster.pk not in not_due_pks]


# -- fetching


def _fetch_and_publish(
    cluster: Cluster, state: ClusterRefresh, started: datetime
) -> None:
    client = client_for(cluster)
    assume_version(client, cluster)
    if state.failures:
        client.version()  # half open: try one cheap call first
    with ThreadPoolExecutor(max_workers=3) as pool:
        live = pool.submit(_fetch_live, client)
        configuration = _fetch_configuration(cluster, client, started, pool)
        wait([live], timeout=LIVE_GRACE_S)
        if not live.done():
            _publish_all(cluster, configuration, None, started)
        live_state = _live_result(cluster, live)
    _publish_all(cluster, configuration, live_state, started)


def assume_version(client: RapiClient, cluster: Cluster) -> None:
    """Tell the client the last known version, so that it avoids unsupported queries."""
    contents = current([cluster])[0].contents
    if contents is not None and contents.info.version:
        client.assume_version(parse(contents.info.version))


def _fetch_configuration(
    cluster: Cluster, client: RapiClient, started: datetime, pool: ThreadPoolExecutor
) -> Configuration:
    slow = _is_slow_part_due(cluster, started)
    nodes = pool.submit(client.query, "node", NODE_CONFIG_FIELDS)
    # Parsed here while the nodes are still answering.
    rows = client.query("instance", CONFIG_FIELDS)
    instances, skipped = values.read_all("instance", rows, reader(cluster))
    groups, skipped_groups = _groups(client.query("group", GROUP_FIELDS))
    infos, skipped_info = values.read_all(
        "cluster", [client.info()] if slow else [], ClusterInfo.from_rapi
    )
    networks, skipped_networks = values.read_all(
        "network", client.networks() if slow else [], GanetiNetwork.from_rapi
    )
    return Configuration(
        instances=instances,
        nodes=nodes.result(),
        groups=groups,
        slow=slow,
        info=next(iter(infos), None),
        networks=tuple(networks),
        unreadable=(*skipped, *skipped_groups, *skipped_info, *skipped_networks),
    )


def _groups(rows: Rows) -> tuple[list[NodeGroup], list[Unreadable]]:
    groups, skipped = values.read_all("group", rows, NodeGroup.from_rapi)
    unreadable = [NodeGroup.unreadable(row.name) for row in skipped if row.name]
    return [*groups, *unreadable], skipped


def _is_slow_part_due(cluster: Cluster, now: datetime) -> bool:
    stamped = current([cluster])[0].published
    return stamped is None or now - stamped.stamp.slow_at > SLOW_EVERY


def _fetch_live(client: RapiClient) -> LiveState:
    instances = client.query("instance", LIVE_FIELDS)
    nodes = client.query("node", NODE_LIVE_FIELDS)
    return LiveState(values.by_name(instances), values.by_name(nodes))


def _live_result(cluster: Cluster, live: Future[LiveState]) -> LiveState:
    """Return the live fields; none if the query failed."""
    try:
        return live.result()
    except RapiError as exc:
        logger.warning("%s: nothing live: %s", cluster.slug, exc)
        return LiveState({}, {})


# -- publishing


def _publish_all(
    cluster: Cluster,
    configuration: Configuration,
    live: LiveState | None,
    started: datetime,
) -> None:
    """Publish a refresh; ``live`` None: the nodes have not answered yet."""
    stamped = publish(
        cluster,
        lambda previous: merge_all(previous, cluster, configuration, live, started),
    )
    owner_names.store(cluster, stamped.contents)


# -- without a watcher

NEGLECTED_AFTER_S = 30
NEGLECTED_RETRY_S = 5
_started: dict[int, float] = {}


def refresh_neglected(snapshots: Iterable[Snapshot]) -> None:
    """Refresh in the background the clusters that no watcher refreshes.

    The lease ensures that one process does it, and ``_started`` that a process does not
    try at every page.
    """
    now = timezone.now()
    for snapshot in snapshots:
        behind = _is_behind(snapshot)
        if behind or _is_overdue(snapshot, now):
            started_at = _started.get(snapshot.cluster.pk, float("-inf"))
            if time.monotonic() - started_at > NEGLECTED_RETRY_S:
                _started[snapshot.cluster.pk] = time.monotonic()
                refresh_in_background(snapshot.cluster, force=behind)


def _is_overdue(snapshot: Snapshot, now: datetime) -> bool:
    state: ClusterRefresh | None = getattr(snapshot.cluster, "refresh_state", None)
    if state is None or snapshot.published is None:
        return True
    tolerance = timedelta(seconds=NEGLECTED_AFTER_S)
    return state.next_at is not None and now - state.next_at > tolerance


def _is_behind(snapshot: Snapshot) -> bool:
    """Return whether a newer refresh has not reached us: the cache is down or lost it.

    The process then refreshes the cluster by itself, although it is not due.
    """
    state: ClusterRefresh | None = getattr(snapshot.cluster, "refresh_state", None)
    if state is None or state.refreshed_at is None or state.failures:
        return False
    if snapshot.fetched_at is None:
        return True
    tolerance = timedelta(seconds=NEGLECTED_AFTER_S)
    return state.refreshed_at - snapshot.fetched_at > tolerance
