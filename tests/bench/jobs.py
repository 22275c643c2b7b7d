"""Five hundred jobs of one cluster, tracked at the same time."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from django.contrib.auth.models import User
from django.db import connection

from apps.auditlog.entries import Acting
from apps.ganeti.domain.instance import Instance
from apps.ganeti.models import Cluster, ClusterRefresh, Job
from apps.ganeti.services import power
from tests.bench import clusters
from tests.bench.environment import Environment, SimulatedClusters, simulator
from tests.bench.table import Line, Samples, figure_line, seconds

JOBS = 500
CALLS_PER_S, MAX_DELAY_S = 2, 2
OPCODE = "OP_INSTANCE_REBOOT"
# Twenty jobs run at once: the first last until all are submitted, the others shorter.
FIRST_S, OTHERS_S = 20, 0.5
TIMEOUT_S = 120


def run(environment: Environment) -> list[Line]:
    with simulator(environment.directory, f"--instances={JOBS}") as simulated:
        [cluster] = [
            clusters.create_cluster(description) for description in simulated.clusters
        ]
        [contents] = clusters.refresh_all([cluster]).values()
        simulated.control(cluster.slug, "job_duration", opcode=OPCODE, seconds=FIRST_S)
        # Refreshes go on in the meantime, by the same watcher.
        ClusterRefresh.objects.update(next_at=None)
        environment.product.start_watcher()
        simulated.control(cluster.slug, "forget_calls")
        with CallMonitor(simulated, cluster.slug) as calls:
            submit(cluster, list(contents.instances.values()))
            simulated.control(
                cluster.slug, "job_duration", opcode=OPCODE, seconds=OTHERS_S
            )
            submitted_s = calls.seconds
            wait_for_jobs()
        return table_lines(calls, submitted_s)


class CallMonitor(threading.Thread):
    """Reads the watcher's calls to a cluster twice a second."""

    def __init__(self, simulated: SimulatedClusters, slug: str) -> None:
        super().__init__(daemon=True)
        self._simulated, self._slug = simulated, slug
        self._started_at = time.monotonic()
        self._stopping = threading.Event()
        self._elapsed_s = 0.0
        self._paths: list[str] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self.join()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started_at

    def run(self) -> None:
        while not self._stopping.wait(0.5):
            calls = self._simulated.calls(self._slug)
            self._elapsed_s = self.seconds
            self._paths = [path for _method, path in calls]

    @property
    def tracking_per_s(self) -> float:
        return count_tracking_calls(self._paths) / self._elapsed_s

    @property
    def per_s(self) -> float:
        submissions = sum(path.endswith("/reboot") for path in self._paths)
        return (len(self._paths) - submissions) / self._elapsed_s


def count_tracking_calls(paths: Sequence[str]) -> int:
    """Count the calls about jobs and the instances that they changed.

    A full refresh queries nodes as often as instances.
    """
    instances = paths.count("/2/query/instance") - paths.count("/2/query/node")
    return paths.count("/2/query/job") + max(0, instances)


def submit(cluster: Cluster, instances: Sequence[Instance]) -> None:
    by = Acting(User.objects.create_superuser("root"))

    def reboot(instance: Instance) -> None:
        try:
            power.reboot(cluster, instance, by=by)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(reboot, instances))


def wait_for_jobs() -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while Job.objects.unfinished().exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{Job.objects.unfinished().count()} jobs not finished")
        time.sleep(0.2)


def table_lines(calls: CallMonitor, submitted_s: float) -> list[Line]:
    delays = update_delays()
    return [
        figure_line("jobs", Job.objects.count()),
        figure_line("until all were submitted", submitted_s, "s"),
        figure_line("until all rows were final", calls.seconds, "s"),
        figure_line(
            "RAPI calls to follow them",
            calls.tracking_per_s,
            "a second",
            at_most=CALLS_PER_S,
            places=2,
        ),
        figure_line("with those of refreshes", calls.per_s, "a second", places=2),
        Line(
            "Ganeti's finish to the row's update",
            seconds(delays.median),
            delays.spread(seconds),
        ),
        figure_line(
            "the same, 95 % of them within",
            delays.quantile(0.95),
            "s",
            at_most=MAX_DELAY_S,
            places=2,
        ),
    ]


def update_delays() -> Samples:
    """Return the seconds between the end of each job and the update of its row."""
    times = Job.objects.finished().values_list("finished_at", "changed_at")
    return Samples(
        [(changed - ended).total_seconds() for ended, changed in times if ended]
    )
