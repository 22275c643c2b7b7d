"""Simulated clusters as rows, and their snapshots."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from apps.ganeti.models import Cluster, ClusterRefresh
from apps.ganeti.rapi.transport import Json, Query, Transport
from apps.ganeti.state import connections, refreshing, snapshots
from apps.ganeti.state.snapshots import Contents, StampedContents

Description = dict[str, Any]
# Longer than any part: no cluster becomes due.
LONG = timedelta(days=1)


def create_cluster(description: Description) -> Cluster:
    """Create a cluster from its description by the simulator."""
    cluster = Cluster(
        hostname=description["host"],
        slug=description["name"],
        port=description["port"],
        username=description["user"],
        fingerprint=description["fingerprint"],
        can_write=True,
    )
    cluster.password = description["password"]
    cluster.save()
    return cluster


def refresh_all(clusters: Iterable[Cluster]) -> dict[Cluster, Contents]:
    """Refresh the clusters from their simulators; return their contents."""
    contents_by_cluster = {}
    for cluster in clusters:
        if not refreshing.refresh(cluster, force=True):
            raise RuntimeError(ClusterRefresh.objects.get(cluster=cluster).last_error)
        contents = snapshots.current([cluster])[0].contents
        assert contents is not None
        contents_by_cluster[cluster] = contents
    postpone_refreshes()
    return contents_by_cluster


def postpone_refreshes() -> None:
    """Postpone all refreshes, as if a watcher had just done them."""
    ClusterRefresh.objects.update(next_at=timezone.now() + LONG)


def publish(
    contents: dict[Cluster, Contents], instances: int, *, first: str = ""
) -> None:
    """Publish this number of instances, taken evenly from all clusters.

    Instances of the user ``first`` are taken first.
    """
    share = instances // len(contents)
    for cluster, cluster_contents in contents.items():
        snapshots.publish(
            cluster,
            replace_contents(select_instances(cluster_contents, share, first=first)),
        )


def select_instances(
    contents: Contents, instances: int, *, first: str = ""
) -> Contents:
    """Return the contents with this number of instances, ``first``'s before others."""
    all_instances = contents.instances.values()
    ordered = sorted(
        all_instances, key=lambda instance: first not in instance.tags.users
    )
    selected = {instance.name: instance for instance in ordered[:instances]}
    return replace(contents, instances=selected)


def replace_contents(
    contents: Contents,
) -> Callable[[StampedContents | None], StampedContents]:
    def update(previous: StampedContents | None) -> StampedContents:
        assert previous is not None
        now = timezone.now()
        return StampedContents(
            replace(previous.stamp, fetched_at=now, live_at=now), contents
        )

    return update


class Call(NamedTuple):
    """One call to a cluster."""

    method: str
    path: str
    body: Json


@dataclass(frozen=True, slots=True)
class ObservedTransport:
    """Transport that reports each call."""

    inner: Transport
    on_call: Callable[[Call], object]

    def request(
        self, method: str, path: str, *, query: Query | None = None, body: Json = None
    ) -> Json:
        self.on_call(Call(method, path, body))
        return self.inner.request(method, path, query=query, body=body)


@contextmanager
def observe_calls(on_call: Callable[[Call], object]) -> Iterator[None]:
    """Report all calls of this process."""
    factory = connections.transport_factory
    connections.transport_factory = lambda endpoint: ObservedTransport(
        factory(endpoint), on_call
    )
    try:
        yield
    finally:
        connections.transport_factory = factory


def session_of(user: User) -> str:
    """Log the user in; return the session key."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
