"""Five hundred jobs of one cluster, followed at once."""

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.models import User
from django.db import connection

from apps.auditlog.entries import Acting
from apps.ganeti.domain.instance import Instance
from apps.ganeti.models import Cluster, Job
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
        place.product.start_watcher()
        simulated.control(cluster.slug, "forget_calls")
        began = time.monotonic()
        submit(cluster, list(contents.instances.values()))
        simulated.control(cluster.slug, "job_duration", opcode=OPCODE, seconds=OTHERS_S)
        submitted_s = time.monotonic() - began
        wait()
        took_s = time.monotonic() - began
        return lines(simulated, cluster, submitted_s, took_s)


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


def lines(
    simulated: Simulated, cluster: Cluster, submitted_s: float, took_s: float
) -> list[Line]:
    calls = Counter(path for _method, path in simulated.calls(cluster.slug))
    ours = sum(n for path, n in calls.items() if path.endswith("/reboot"))
    late = lateness()
    return [
        figure("jobs", Job.objects.count()),
        figure("seconds until all were submitted", submitted_s, "s"),
        figure("seconds until all rows were final", took_s, "s"),
        figure(
            "RAPI calls of the watcher, all",
            (sum(calls.values()) - ours) / took_s,
            "a second",
            at_most=CALLS_PER_S,
            places=2,
        ),
        Line(
            "Ganeti's finish to the row's update",
            seconds(late.median),
            late.spread(seconds),
        ),
        figure("the same, 95 %", late.share(0.95), "s", at_most=LATE_S, places=2),
    ]


def lateness() -> Samples:
    """Return the seconds between Ganeti's end of each job and its row's."""
    found = Job.objects.finished().values_list("finished_at", "changed_at")
    return Samples(
        [(changed - ended).total_seconds() for ended, changed in found if ended]
    )
