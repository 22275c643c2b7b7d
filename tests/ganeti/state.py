"""Look-ups in the snapshots and refreshes of a cluster."""

import threading
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from apps.accounts.person import Person
from apps.ganeti.domain.instance import Instance
from apps.ganeti.models import Cluster, ClusterRefresh
from apps.ganeti.reads import inventory
from apps.ganeti.reads.inventory import Criteria, Inventory
from apps.ganeti.state import snapshots
from apps.ganeti.state.snapshots import Contents, Snapshot


def current(cluster: Cluster) -> Snapshot:
    reloaded = Cluster.objects.select_related("refresh_state").get(pk=cluster.pk)
    return snapshots.current([reloaded])[0]


def contents(cluster: Cluster) -> Contents:
    current_contents = current(cluster).contents
    assert current_contents is not None
    return current_contents


def machine(cluster: Cluster, name: str) -> Instance:
    return contents(cluster).instances[name]


def state_of(cluster: Cluster) -> ClusterRefresh:
    return ClusterRefresh.objects.get(cluster=cluster)


def make_due(cluster: Cluster) -> None:
    past = timezone.now() - timedelta(seconds=1)
    ClusterRefresh.objects.filter(cluster=cluster).update(next_at=past)


def in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def inventory_of(user: User) -> Inventory:
    return inventory.visible(Person.of(user))


def names(visible: Inventory, criteria: Criteria | None = None) -> list[str]:
    return [row.name for row in visible.page(criteria or Criteria())]
