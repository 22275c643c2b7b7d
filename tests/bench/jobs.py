"""Five hundred jobs of one cluster, followed at once."""

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
from tests.bench.place import Place, Simulated, simulator
from tests.bench.table import Line, Samples, figure, seconds

JOBS = 500
CALLS_PER_S, LATE_S = 2, 2
OPCODE = "OP_INSTANCE_REBOOT"
# Twenty jobs run at once: the first ones until all are there, the others for this.
FIRST_S, OTHERS_S = 20, 0.5
GIVE_UP_S = 120


def run(place: Place) -> list[Line]:
    with simulator(place.directory, f"--instances={JOBS}") as simulated:
        [cluster] = [clusters.added(each) for each in simulated.clusters]
        [contents] = clusters.known([cluster]).values()
        simulated.control(cluster.slug, "job_duration", opcode=OPCODE, seconds=FIRST_S)
        # Refreshed as ever in the meantime: they are the same watcher's work.
        ClusterRefresh.objects.update(next_at=None)
        place.product.start_watcher()
        simulated.control(cluster.slug, "forget_calls")
        with Calls(simulated, cluster.slug) as calls:
            submit(cluster, list(contents.instances.values()))
            simulated.control(
                cluster.slug, "job_duration", opcode=OPCODE, seconds=OTHERS_S
            )
            submitted_s = calls.seconds
            wait()
        return lines(calls, submitted_s)


class Calls(threading.Thread):
    """Looks twice a second at what the watcher has asked of a cluster."""

    def __init__(self, simulated: Simulated, slug: str) -> None:
        super().__init__(daemon=True)
        self._simulated, self._slug = simulated, slug
        self._began = time.monotonic()
        self._over = threading.Event()
        self._took_s = 0.0
        self._paths: list[str] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def run(self) -> None:
        while not self._over.wait(0.5):
            calls = self._simulated.calls(self._slug)
            self._took_s = self.seconds
            self._paths = [path for _method, path in calls]

    @property
    def following_per_s(self) -> float:
        return following(self._paths) / self._took_s

    @property
    def per_s(self) -> float:
        ours = sum(path.endswith("/reboot") for path in self._paths)
        return (len(self._paths) - ours) / self._took_s


def following(paths: Sequence[str]) -> int:
    """Count the calls that follow jobs: about the jobs, and what they changed.

    A refresh of everything asks as often about nodes as about instances.
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


def wait() -> None:
    end = time.monotonic() + GIVE_UP_S
    while Job.objects.unfinished().exists():
        if time.monotonic() > end:
            raise TimeoutError(f"{Job.objects.unfinished().count()} jobs not finished")
        time.sleep(0.2)


def lines(calls: Calls, submitted_s: float) -> list[Line]:
    late = lateness()
    return [
        figure("jobs", Job.objects.count()),
        figure("until all were submitted", submitted_s, "s"),
        figure("until all rows were final", calls.seconds, "s"),
        figure(
            "RAPI calls to follow them",
            calls.following_per_s,
            "a second",
            at_most=CALLS_PER_S,
            places=2,
        ),
        figure("with those of refreshes", calls.per_s, "a second", places=2),
        Line(
            "Ganeti's finish to the row's update",
            seconds(late.median),
            late.spread(seconds),
        ),
        figure(
            "the same, 95 % of them within",
            late.share(0.95),
            "s",
            at_most=LATE_S,
            places=2,
        ),
    ]


def lateness() -> Samples:
    """Return the seconds between Ganeti's end of each job and its row's."""
    found = Job.objects.finished().values_list("finished_at", "changed_at")
    return Samples(
        [(changed - ended).total_seconds() for ended, changed in found if ended]
    )
