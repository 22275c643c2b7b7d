"""A refresh of a cluster, compared with its HTTP calls alone."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.core.cache import cache

from apps.ganeti.models import Cluster
from apps.ganeti.rapi.transport import HttpTransport
from apps.ganeti.state import connections, refreshing, snapshots
from tests.bench import clusters
from tests.bench.clusters import Call
from tests.bench.environment import Environment, simulator
from tests.bench.interleaving import time_interleaved
from tests.bench.table import Line, figure_line, milliseconds, timing_line

INSTANCES = 1_000
REPEATS = 9
MAX_RATIO = 1.3
# A real Ganeti 3.0 of three nodes and 305 instances takes this long for any call, and
# this much longer for one that asks its nodes.
LATENCY = {"milliseconds": 40, "live_milliseconds": 200}
AT_ONCE = {"milliseconds": 0, "live_milliseconds": 0}

CallsOfThreads = Sequence[Sequence[Call]]


def run(environment: Environment) -> list[Line]:
    with simulator(environment.directory, f"--instances={INSTANCES}") as simulated:
        [cluster] = [
            clusters.create_cluster(description) for description in simulated.clusters
        ]
        clusters.refresh_all([cluster])
        simulated.control(cluster.slug, "set_latency", **LATENCY)
        lines = [
            *compare(cluster, "all of it new", forget_and_refresh),
            *compare(cluster, "nothing new", refresh),
        ]
        simulated.control(cluster.slug, "set_latency", **AT_ONCE)
        return [*lines, own_work(cluster)]


def compare(
    cluster: Cluster, label: str, run_refresh: Callable[[Cluster], None]
) -> list[Line]:
    run_refresh(cluster)
    calls_of_threads = record_calls(lambda: run_refresh(cluster))
    calls_label = f"{INSTANCES:,} instances, {label}: calls alone"
    refresh_label = f"{INSTANCES:,} instances, {label}: refresh"
    samples = time_interleaved(
        {
            calls_label: lambda: repeat_calls(cluster, calls_of_threads),
            refresh_label: lambda: run_refresh(cluster),
        },
        REPEATS,
    )
    return [
        timing_line(calls_label, samples[calls_label]),
        timing_line(
            refresh_label, samples[refresh_label], samples[calls_label], MAX_RATIO
        ),
        figure_line(f"RAPI calls, {label}", sum(map(len, calls_of_threads))),
    ]


def own_work(cluster: Cluster) -> Line:
    """Measure the time of a refresh without that of its calls."""
    calls_of_threads = record_calls(lambda: forget_and_refresh(cluster))
    samples = time_interleaved(
        {
            "calls": lambda: repeat_calls(cluster, calls_of_threads),
            "all": lambda: forget_and_refresh(cluster),
        },
        REPEATS,
    )
    own_s = samples["all"].median - samples["calls"].median
    return Line("a refresh's own work, answers coming at once", milliseconds(own_s))


def refresh(cluster: Cluster) -> None:
    assert refreshing.refresh(cluster, force=True)


def forget_and_refresh(cluster: Cluster) -> None:
    """Refresh an unknown cluster, including its slow data."""
    cache.clear()
    snapshots.clear_memory()
    refresh(cluster)


def record_calls(function: Callable[[], None]) -> CallsOfThreads:
    """Return the calls of the function by thread, in order."""
    by_thread: dict[int, list[Call]] = {}

    def record(call: Call) -> None:
        by_thread.setdefault(threading.get_ident(), []).append(call)

    with clusters.observe_calls(record):
        function()
    return list(by_thread.values())


def repeat_calls(cluster: Cluster, calls_of_threads: CallsOfThreads) -> None:
    """Repeat the calls with as many threads, and discard the answers."""
    transport = connections.transport_factory(cluster.endpoint)
    assert isinstance(transport, HttpTransport)
    with ThreadPoolExecutor(len(calls_of_threads)) as pool:
        for future in [
            pool.submit(send_calls, transport, calls) for calls in calls_of_threads
        ]:
            future.result()


def send_calls(transport: HttpTransport, calls: Sequence[Call]) -> None:
    for call in calls:
        # Only the HTTP part of the transport.
        answer = transport._send(call.method, call.path, None, call.body)
        answer.raise_for_status()
