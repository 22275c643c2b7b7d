"""Two threads that publish the same cluster repeatedly; see test_publishing.py."""

import threading
from dataclasses import replace

from django.db import connection
from django.utils import timezone

from apps.ganeti.domain.cluster import ClusterInfo
from apps.ganeti.models import Cluster, ClusterRefresh
from apps.ganeti.state import snapshots
from apps.ganeti.state.snapshots import Contents, Known, Stamp

TIMES = 25


def main() -> None:
    """Print the number of publications, and of those in the final snapshot."""
    cluster = Cluster.objects.create(hostname="192.0.2.1", slug="twice", disabled=True)
    ClusterRefresh.objects.create(cluster=cluster)
    threads = [threading.Thread(target=publish_often, args=(cluster,)) for _ in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [snapshot] = snapshots.current([cluster])
    cluster.delete()
    assert snapshot.contents is not None
    print(2 * TIMES, snapshot.contents.info.name)  # noqa: T201 - read by the test


def publish_often(cluster: Cluster) -> None:
    for _ in range(TIMES):
        snapshots.publish(cluster, increment)
    connection.close()


def increment(previous: Known | None) -> Known:
    """Count the publications in the cluster's name."""
    count = int(previous.contents.info.name) + 1 if previous else 1
    info = replace(ClusterInfo.from_rapi({}), name=str(count))
    contents = Contents(info, {}, {}, {}, ())
    now = timezone.now()
    return Known(previous.stamp if previous else Stamp("", now, now, now), contents)
