"""A refresh of a cluster, against the HTTP calls that it makes and nothing else."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.core.cache import cache

from apps.ganeti.models import Cluster
from apps.ganeti.rapi.transport import HttpTransport
from apps.ganeti.state import connections, refreshing, snapshots
from tests.bench import clusters
from tests.bench.clusters import Call
from tests.bench.place import Place, simulator
from tests.bench.table import Line, figure, milliseconds, timed
from tests.bench.turns import in_turns

INSTANCES = 1_000
TURNS = 9
AT_MOST = 1.3
# A real Ganeti 3.0 of three nodes and 305 instances takes this long for any call, and
# this much longer for one that asks its nodes.
LATENCY = {"milliseconds": 40, "live_milliseconds": 200}
AT_ONCE = {"milliseconds": 0, "live_milliseconds": 0}

Strands = Sequence[Sequence[Call]]


def run(place: Place) -> list[Line]:
    with simulator(place.directory, f"--instances={INSTANCES}") as simulated:
        [cluster] = [clusters.added(each) for each in simulated.clusters]
        clusters.known([cluster])
        simulated.control(cluster.slug, "set_latency", **LATENCY)
        lines = [
            *compared(cluster, "all of it new", forget_and_refresh),
            *compared(cluster, "nothing new", refresh),
        ]
        simulated.control(cluster.slug, "set_latency", **AT_ONCE)
        return [*lines, own_work(cluster)]


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


def own_work(cluster: Cluster) -> Line:
    """Show what is left of a refresh when its calls are answered at once."""
    strands = recorded(lambda: forget_and_refresh(cluster))
    found = in_turns(
        {
            "calls": lambda: called_alone(cluster, strands),
            "all": lambda: forget_and_refresh(cluster),
        },
        TURNS,
    )
    own = found["all"].median - found["calls"].median
    return Line("a refresh's own work, answers coming at once", milliseconds(own))


def refresh(cluster: Cluster) -> None:
    assert refreshing.refresh(cluster, force=True)


def forget_and_refresh(cluster: Cluster) -> None:
    """Refresh what nobody knows; networks and the cluster itself are asked too."""
    cache.clear()
    snapshots.clear_memory()
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
    transport = connections.transport_factory(cluster.endpoint)
    assert isinstance(transport, HttpTransport)
    with ThreadPoolExecutor(len(strands)) as pool:
        for strand in [pool.submit(called, transport, calls) for calls in strands]:
            strand.result()


def called(transport: HttpTransport, calls: Sequence[Call]) -> None:
    for call in calls:
        # What the transport does after this is no HTTP any more.
        answer = transport._send(call.method, call.path, None, call.body)
        answer.raise_for_status()
