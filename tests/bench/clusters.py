"""Simulated clusters as rows, and what is known of them."""

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
# Whatever a part takes, no cluster is due in it unless it says so.
LONG = timedelta(days=1)


def added(description: Description) -> Cluster:
    """Add a cluster by what the simulator says of it."""
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


def known(clusters: Iterable[Cluster]) -> dict[Cluster, Contents]:
    """Refresh clusters from their simulators; return what is known then."""
    found = {}
    for cluster in clusters:
        if not refreshing.refresh(cluster, force=True):
            raise RuntimeError(ClusterRefresh.objects.get(cluster=cluster).last_error)
        contents = snapshots.current([cluster])[0].contents
        assert contents is not None
        found[cluster] = contents
    rest()
    return found


def rest() -> None:
    """Let no cluster be due, as if a watcher looked after them."""
    ClusterRefresh.objects.update(next_at=timezone.now() + LONG)


def publish(
    contents: dict[Cluster, Contents], instances: int, *, first: str = ""
) -> None:
    """Publish as many instances, evenly from all clusters, and forget the others.

    Those of the user ``first`` are among them, however few.
    """
    share = instances // len(contents)
    for cluster, whole in contents.items():
        snapshots.publish(cluster, _becoming(part(whole, share, first=first)))


def part(whole: Contents, instances: int, *, first: str = "") -> Contents:
    """Return a cluster with so many of its instances, those of ``first`` among them."""
    all_of_it = whole.instances.values()
    ordered = sorted(all_of_it, key=lambda one: first not in one.tags.users)
    kept = {instance.name: instance for instance in ordered[:instances]}
    return replace(whole, instances=kept)


def _becoming(
    contents: Contents,
) -> Callable[[StampedContents | None], StampedContents]:
    def update(before: StampedContents | None) -> StampedContents:
        assert before is not None
        now = timezone.now()
        return StampedContents(
            replace(before.stamp, fetched_at=now, live_at=now), contents
        )

    return update


class Call(NamedTuple):
    """One call to a cluster."""

    method: str
    path: str
    body: Json


@dataclass(frozen=True, slots=True)
class Observed:
    """A transport that tells of each call."""

    inner: Transport
    note: Callable[[Call], object]

    def request(
        self, method: str, path: str, *, query: Query | None = None, body: Json = None
    ) -> Json:
        self.note(Call(method, path, body))
        return self.inner.request(method, path, query=query, body=body)


@contextmanager
def observed(note: Callable[[Call], object]) -> Iterator[None]:
    """Tell of all calls that this process makes."""
    factory = connections.transport_factory
    connections.transport_factory = lambda endpoint: Observed(factory(endpoint), note)
    try:
        yield
    finally:
        connections.transport_factory = factory


def session_of(user: User) -> str:
    """Log somebody in; return the session's key, as their browser would keep it."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
