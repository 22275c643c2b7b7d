"""From a cluster's RAPI to its snapshot: one refresh at a time, whoever wishes it.

Configuration and live fields are fetched by separate queries side by side: live ones
wait for the slowest node, so after a moment's grace what the configuration says is
published without them.
"""

import logging
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
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
    Configured,
    Live,
    NothingKnownError,
    Rows,
    reader,
    with_all,
    with_instances,
)
from .snapshots import Snapshot, current, publish

logger = logging.getLogger(__name__)

LIVE_GRACE_S = 2.0
SLOW_EVERY = timedelta(minutes=5)


def refresh(
    cluster: Cluster, *, force: bool = False, lease_s: float = refresh_lease.LEASE_S
) -> bool:
    """Ask a cluster for everything and publish it; tell whether it answered.

    Does nothing and returns False while another process does it, or when it is not
    due and not ``force``. Raises nothing but the database's errors: whatever went wrong
    is kept with the cluster.
    Who calls ``renew`` now and then may take a short lease.
    """
    state = refresh_lease.take(cluster, force=force, lease_s=lease_s)
    if state is None:
        return False
    started = timezone.now()
    try:
        _ask(cluster, state, started)
    except RapiError as exc:
        refresh_lease.failed(state, str(exc))
        return False
    except (OperationalError, InterfaceError):
        raise  # where the database is away, nothing can be kept
    except Exception as exc:  # noqa: BLE001 - an answer may break anything; its row says so
        _broken(state, exc)
        return False
    refresh_lease.succeeded(state, started)
    return True


def _broken(state: ClusterRefresh, exc: Exception) -> None:
    """Count a fault of ours, or a strange answer, as a failed refresh; log it once."""
    reason = gettext_noop("Its answer could not be used")
    error = f"{reason}: {failures.describe(exc)}"
    if error != state.last_error:
        logger.error("%s: %s", state.cluster.slug, error, exc_info=exc)
    refresh_lease.failed(state, error)


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
    client = client_for(cluster)
    assume_version(client, cluster)
    rows = client.query(
        "instance", [*CONFIG_FIELDS, "status"], any_present("name", wanted)
    )
    found = values.by_name(rows)
    try:
        known = publish(
            cluster,
            lambda before: with_instances(before, cluster, wanted, found, asked_at),
        )
    except (NothingKnownError, ClusterRefresh.DoesNotExist):
        return  # the first refresh of all will bring them
    owner_names.remember(cluster, known.contents)


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
    assume_version(client, cluster)
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


def assume_version(client: RapiClient, cluster: Cluster) -> None:
    """Spare old clusters questions that they do not know."""
    known = current([cluster])[0].contents
    if known is not None and known.info.version:
        client.assume_version(parse(known.info.version))


def _ask_configuration(
    cluster: Cluster, client: RapiClient, started: datetime, pool: ThreadPoolExecutor
) -> Configured:
    slow = _slow_is_due(cluster, started)
    nodes = pool.submit(client.query, "node", NODE_CONFIG_FIELDS)
    # Understood here already, while the nodes think about their answers.
    rows = client.query("instance", CONFIG_FIELDS)
    instances, lost = values.read_all("instance", rows, reader(cluster))
    groups, lost_groups = _groups(client.query("group", GROUP_FIELDS))
    infos, lost_info = values.read_all(
        "cluster", [client.info()] if slow else [], ClusterInfo.from_rapi
    )
    networks, lost_networks = values.read_all(
        "network", client.networks() if slow else [], GanetiNetwork.from_rapi
    )
    return Configured(
        instances=instances,
        nodes=nodes.result(),
        groups=groups,
        slow=slow,
        info=next(iter(infos), None),
        networks=tuple(networks),
        unreadable=(*lost, *lost_groups, *lost_info, *lost_networks),
    )


def _groups(rows: Rows) -> tuple[list[NodeGroup], list[Unreadable]]:
    groups, lost = values.read_all("group", rows, NodeGroup.from_rapi)
    unreadable = [NodeGroup.unreadable(one.name) for one in lost if one.name]
    return [*groups, *unreadable], lost


def _slow_is_due(cluster: Cluster, now: datetime) -> bool:
    known = current([cluster])[0].known
    return known is None or now - known.stamp.slow_at > SLOW_EVERY


def _ask_live(client: RapiClient) -> Live:
    instances = client.query("instance", LIVE_FIELDS)
    nodes = client.query("node", NODE_LIVE_FIELDS)
    return Live(values.by_name(instances), values.by_name(nodes))


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
    """Publish a refresh; ``live`` None: the nodes have not answered yet."""
    known = publish(
        cluster, lambda before: with_all(before, cluster, configured, live, started)
    )
    owner_names.remember(cluster, known.contents)


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
