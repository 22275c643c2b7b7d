"""From a cluster's RAPI to its snapshot: one refresh at a time, whoever wishes it.

Configuration and live fields are fetched by separate queries side by side: live ones
wait for the slowest node, so after a moment's grace what the configuration says is
published without them.
"""

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from . import owner_names, turns
from .connections import client_for
from .domain.cluster import ClusterInfo
from .domain.instance import CONFIG_FIELDS, LIVE_FIELDS, Instance
from .domain.network import GanetiNetwork
from .domain.node import (
    GROUP_FIELDS,
    NODE_CONFIG_FIELDS,
    NODE_LIVE_FIELDS,
    Node,
    NodeGroup,
)
from .encryption import UndecryptableError
from .models import Cluster, ClusterRefresh
from .rapi.client import RapiClient
from .rapi.errors import RapiError
from .rapi.query import Row, any_present
from .snapshots import (
    Contents,
    Known,
    Snapshot,
    Stamp,
    current,
    publish,
    recently_touched,
)

logger = logging.getLogger(__name__)

LIVE_GRACE_S = 2.0
SLOW_EVERY = timedelta(minutes=5)

Rows = list[Row]


@dataclass(frozen=True, slots=True)
class Configured:
    """What the configuration says; None: what changes seldom was not asked for."""

    instances: list[Instance]
    nodes: Rows
    groups: Rows
    info: ClusterInfo | None
    networks: tuple[GanetiNetwork, ...] | None


@dataclass(frozen=True, slots=True)
class Live:
    """What the nodes say, by name."""

    instances: Mapping[str, Row]
    nodes: Mapping[str, Row]


def refresh(
    cluster: Cluster, *, force: bool = False, lease_s: float = turns.LEASE_S
) -> bool:
    """Ask a cluster for everything and publish it; tell whether it answered.

    Does nothing and returns False while another process does it, or when it is not
    due and not ``force``. Never raises: a failure is kept with the cluster.
    Who calls ``renew`` now and then may take a short lease.
    """
    state = turns.take(cluster, force=force, lease_s=lease_s)
    if state is None:
        return False
    started = timezone.now()
    try:
        _ask(cluster, state, started)
    except (RapiError, UndecryptableError) as exc:
        turns.failed(state, str(exc))
        return False
    turns.succeeded(state, started)
    return True


def refresh_in_background(cluster: Cluster, *, force: bool = True) -> None:
    """Refresh without making the caller wait; joins a refresh in flight."""

    def run() -> None:
        try:
            refresh(cluster, force=force)
        finally:
            connection.close()

    threading.Thread(target=run, name=f"refresh {cluster.slug}", daemon=True).start()


def refresh_instances(cluster: Cluster, names: Iterable[str]) -> None:
    """Ask for some instances alone, by one query, and publish them.

    An instance that the cluster does not have any more disappears. Raises RapiError.
    """
    wanted = sorted(set(names))
    if not wanted:
        return
    asked_at = timezone.now()
    rows = client_for(cluster).query(
        "instance", [*CONFIG_FIELDS, "status"], any_present("name", wanted)
    )
    found = {row["name"]: row for row in rows}

    def update(before: Known | None) -> Known:
        if before is None:
            raise _NothingToUpdateError
        return _with_instances(cluster, before, wanted, found, asked_at)

    try:
        known = publish(cluster, update)
    except (_NothingToUpdateError, ClusterRefresh.DoesNotExist):
        return  # the first refresh of all will bring them
    owner_names.remember(cluster, known.contents.instances)


class _NothingToUpdateError(Exception):
    pass


def due(clusters: Iterable[Cluster], now: datetime) -> list[Cluster]:
    """Return the clusters whose next refresh has come and that nobody refreshes."""
    waiting = ClusterRefresh.objects.filter(
        Q(next_at__gt=now) | Q(leased_until__gt=now)
    ).values_list("cluster_id", flat=True)
    resting = set(waiting)
    return [cluster for cluster in clusters if cluster.pk not in resting]


# -- asking


def _ask(cluster: Cluster, state: ClusterRefresh, started: datetime) -> None:
    client = client_for(cluster)
    if state.failures:
        client.version()  # half open: one cheap call tells whether to try the rest
    with ThreadPoolExecutor(max_workers=3) as pool:
        live = pool.submit(_ask_live, client)
        configured = _ask_configuration(cluster, client, started, pool)
        wait([live], timeout=LIVE_GRACE_S)
        if not live.done():
            _publish_all(cluster, configured, None, started)
        answer = _live_answer(cluster, live)
    _publish_all(cluster, configured, answer, started)


def _ask_configuration(
    cluster: Cluster, client: RapiClient, started: datetime, pool: ThreadPoolExecutor
) -> Configured:
    slow = _slow_is_due(cluster, started)
    nodes = pool.submit(client.query, "node", NODE_CONFIG_FIELDS)
    rows = client.query("instance", CONFIG_FIELDS)
    return Configured(
        # Understood here already, while the nodes think about their answers.
        instances=[_configured(cluster, row) for row in rows],
        nodes=nodes.result(),
        groups=client.query("group", GROUP_FIELDS),
        info=ClusterInfo.from_rapi(client.info()) if slow else None,
        networks=_networks(client) if slow else None,
    )


def _slow_is_due(cluster: Cluster, now: datetime) -> bool:
    known = current([cluster])[0].known
    return known is None or now - known.stamp.slow_at > SLOW_EVERY


def _networks(client: RapiClient) -> tuple[GanetiNetwork, ...]:
    return tuple(GanetiNetwork.from_rapi(row) for row in client.networks())


def _ask_live(client: RapiClient) -> Live:
    instances = client.query("instance", LIVE_FIELDS)
    nodes = client.query("node", NODE_LIVE_FIELDS)
    return Live(
        {row["name"]: row for row in instances}, {row["name"]: row for row in nodes}
    )


def _live_answer(cluster: Cluster, live: Future[Live]) -> Live:
    """Return what the nodes say; nothing at all when the question failed."""
    try:
        return live.result()
    except RapiError as exc:
        logger.warning("%s: nothing live: %s", cluster.slug, exc)
        return Live({}, {})


# -- publishing


def _publish_all(
    cluster: Cluster, configured: Configured, live: Live | None, started: datetime
) -> None:
    """Publish a refresh; ``live`` None: not yet, so the last known state stays."""

    def update(before: Known | None) -> Known:
        fresh = _contents(cluster, configured, live, before)
        if before is None:
            return Known(_stamp(started, live, None), fresh)
        newer = {
            name for name, at in recently_touched(before.stamp).items() if at >= started
        }
        return Known(
            _stamp(started, live, before.stamp),
            _keep_newer(fresh, before.contents, newer),
        )

    known = publish(cluster, update)
    owner_names.remember(cluster, known.contents.instances)


def _stamp(started: datetime, live: Live | None, before: Stamp | None) -> Stamp:
    live_at = started if live else (before.live_at if before else None)
    slow_at = before.slow_at if before else started
    if started - slow_at > SLOW_EVERY:
        slow_at = started
    touched = recently_touched(before) if before else {}
    return Stamp("", started, live_at, slow_at, touched)


def _contents(
    cluster: Cluster, configured: Configured, live: Live | None, before: Known | None
) -> Contents:
    old = before.contents if before else None
    info, networks = configured.info, configured.networks
    if info is None:
        info = old.info if old else ClusterInfo.from_rapi({})
    if networks is None:
        networks = old.networks if old else ()
    nodes = live.nodes if live else {}
    return Contents(
        info=info,
        instances={
            instance.name: _instance(instance, live, before)
            for instance in configured.instances
        },
        nodes={
            row["name"]: Node.from_rapi(row, nodes.get(row["name"]))
            for row in configured.nodes
        },
        groups={row["name"]: NodeGroup.from_rapi(row) for row in configured.groups},
        networks=networks,
    )


def _configured(cluster: Cluster, row: Row) -> Instance:
    return Instance.from_rapi(
        row, cluster=cluster.slug, tag_prefix=settings.GANETI_TAG_PREFIX
    )


def _instance(found: Instance, live: Live | None, before: Known | None) -> Instance:
    """Add to what is configured what the nodes say, or said before."""
    old = before.contents.instances.get(found.name) if before else None
    live_at = before.stamp.live_at if before else None
    if live is None:
        found = found.remembering(old) if old else found
    elif (seen := live.instances.get(found.name)) is None:
        found = found.unseen(old, live_at)
    else:
        found = found.seen(seen, old, live_at)
    # An equal instance stays the same object, with the keys it has worked out.
    return old if old == found else found


def _keep_newer(fresh: Contents, old: Contents, names: set[str]) -> Contents:
    """Return fresh contents, but with what ``old`` has of instances named."""
    if not names:
        return fresh
    instances = {k: v for k, v in fresh.instances.items() if k not in names}
    instances |= {k: old.instances[k] for k in names if k in old.instances}
    return replace(fresh, instances=instances)


def _with_instances(
    cluster: Cluster,
    before: Known,
    names: Iterable[str],
    rows: Mapping[str, Row],
    asked_at: datetime,
) -> Known:
    live = Live(rows, {})
    instances = dict(before.contents.instances)
    touched = recently_touched(before.stamp)
    for name in names:
        instances.pop(name, None)
        touched[name] = asked_at
        if name in rows:
            found = _configured(cluster, rows[name])
            instances[name] = _instance(found, live, before)
    return Known(
        replace(before.stamp, touched=touched),
        replace(before.contents, instances=instances),
    )


# -- when no watcher does it

NEGLECTED_AFTER_S = 30
WAKE_EVERY_S = 5
_woken: dict[int, float] = {}


def wake_neglected(shots: Iterable[Snapshot]) -> None:
    """Refresh in the background what no watcher seems to look after.

    The lease sees to it that one process does it; memory, that one process does not
    try at every page.
    """
    now = timezone.now()
    for shot in shots:
        lost = _lost(shot)
        if lost or _neglected(shot, now):
            last = _woken.get(shot.cluster.pk, float("-inf"))
            if time.monotonic() - last > WAKE_EVERY_S:
                _woken[shot.cluster.pk] = time.monotonic()
                refresh_in_background(shot.cluster, force=lost)


def _neglected(shot: Snapshot, now: datetime) -> bool:
    state: ClusterRefresh | None = getattr(shot.cluster, "refresh_state", None)
    if state is None or shot.known is None:
        return True
    overdue = timedelta(seconds=NEGLECTED_AFTER_S)
    return state.next_at is not None and now - state.next_at > overdue


def _lost(shot: Snapshot) -> bool:
    """Tell whether others have long known more: the cache is away or has lost it.

    A process then asks for itself, although the cluster is not due.
    """
    state: ClusterRefresh | None = getattr(shot.cluster, "refresh_state", None)
    if state is None or state.refreshed_at is None or state.failures:
        return False
    if shot.fetched_at is None:
        return True
    behind = timedelta(seconds=NEGLECTED_AFTER_S)
    return state.refreshed_at - shot.fetched_at > behind
