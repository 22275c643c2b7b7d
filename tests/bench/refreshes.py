"""A refresh of a cluster, against the HTTP calls that it makes and nothing else."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import requests
import urllib3
from django.core.cache import cache

from apps.ganeti import refreshing, snapshots
from apps.ganeti.models import Cluster
from tests.bench import clusters
from tests.bench.clusters import Call
from tests.bench.place import Place, simulator
from tests.bench.table import Line, figure, timed
from tests.bench.turns import in_turns

INSTANCES = 1_000
TURNS = 9
AT_MOST = 1.3

Strands = Sequence[Sequence[Call]]


def run(place: Place) -> list[Line]:
    urllib3.disable_warnings()
    with simulator(place.directory, f"--instances={INSTANCES}") as simulated:
        [cluster] = [clusters.added(each) for each in simulated.clusters]
        clusters.known([cluster])
        return [
            *compared(cluster, "all of it new", forget_and_refresh),
            *compared(cluster, "nothing new", refresh),
        ]


def compared(
    cluster: Cluster, what: str, refreshed: Callable[[Cluster], None]
) -> list[Line]:
    refreshed(cluster)
    strands = recorded(lambda: refreshed(cluster))
    bare = f"{INSTANCES:,} instances, {what}: calls alone"
    whole = f"{INSTANCES:,} instances, {what}: refresh"
    found = in_turns(
        {
            bare: lambda: called_alone(cluster, strands),
            whole: lambda: refreshed(cluster),
        },
        TURNS,
    )
    return [
        timed(bare, found[bare]),
        timed(whole, found[whole], found[bare], AT_MOST),
        figure(f"RAPI calls, {what}", sum(map(len, strands))),
    ]


def refresh(cluster: Cluster) -> None:
    assert refreshing.refresh(cluster, force=True)


def forget_and_refresh(cluster: Cluster) -> None:
    """Refresh what nobody knows; networks and the cluster itself are asked too."""
    cache.clear()
    snapshots.forget()
    refresh(cluster)


def recorded(do: Callable[[], None]) -> Strands:
    """Return the calls that are made, those of each thread in order."""
    by_thread: dict[int, list[Call]] = {}

    def note(call: Call) -> None:
        by_thread.setdefault(threading.get_ident(), []).append(call)

    with clusters.observed(note):
        do()
    return list(by_thread.values())


def called_alone(cluster: Cluster, strands: Strands) -> None:
    """Make the calls, as many at once, and throw the answers away."""
    with ThreadPoolExecutor(len(strands)) as pool:
        for strand in [pool.submit(called, cluster, calls) for calls in strands]:
            strand.result()


def called(cluster: Cluster, calls: Sequence[Call]) -> None:
    endpoint = cluster.endpoint
    for call in calls:
        with requests.Session() as session:
            session.trust_env = False
            session.auth = (endpoint.username, endpoint.password)
            session.verify = False
            answer = session.request(
                call.method, endpoint.url + call.path, json=call.body, timeout=30
            )
            answer.raise_for_status()
