"""Two hundred browsers that poll a row each, with a job on it."""

import json
import subprocess
import sys
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse

from apps.ganeti.domain.job import JobStatus
from apps.ganeti.models import Cluster, Job
from apps.ganeti.state.snapshots import Contents
from tests.bench import clusters
from tests.bench.lists import CLUSTERS
from tests.bench.place import Place, Simulated, simulator
from tests.bench.table import Line, Samples, figure, milliseconds

INSTANCES = 10_000
BROWSERS = 200
# A few machines of one's own, and a job on one of them.
OWNED = 5
SECONDS = 20
# Nineteen of twenty polls take no longer.
LATE_S = 0.3


def run(place: Place) -> list[Line]:
    names = [f"user{number}" for number in range(BROWSERS)]
    owners = ",".join(f"{name}:{OWNED}" for name in names)
    options = [f"--clusters={CLUSTERS}", f"--instances={INSTANCES}"]
    with simulator(place.directory, *options, f"--owners={owners}") as simulated:
        known = clusters.known([clusters.added(each) for each in simulated.clusters])
        keep_busy(known, names)
        place.product.start_web()
        forget_calls(simulated)
        met = browsed(place, [session(name) for name in names])
        return lines(met, calls_of(simulated))


def session(name: str) -> str:
    return clusters.session_of(User.objects.get(username=name))


def keep_busy(known: dict[Cluster, Contents], owners: list[str]) -> None:
    """Have a job run on one machine of each owner; nobody follows it to its end."""
    for number, owner in enumerate(owners):
        cluster, instance = next(
            (cluster, owned[0])
            for cluster, contents in known.items()
            if (owned := contents.by_user.get(owner))
        )
        Job.objects.create(
            key=Job.new_key(),
            cluster=cluster,
            ganeti_id=number + 1,
            kind=Job.Kind.REBOOT,
            target_name=instance.name,
            reason="reboot",
            user=User.objects.create_user(owner),
            status=JobStatus.RUNNING,
            busy_key=Job.busy_key_of(cluster, instance.name),
        )


def browsed(place: Place, cookies: list[str]) -> dict[str, Any]:
    wanted = {
        "host": "127.0.0.1",
        "port": place.product.port,
        "path": reverse("ganeti:instance-list"),
        "cookies": cookies,
        "seconds": SECONDS,
    }
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench.browsers"],
        input=json.dumps(wanted),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    met: dict[str, Any] = json.loads(run.stdout)
    return met


def forget_calls(simulated: Simulated) -> None:
    for cluster in simulated.clusters:
        simulated.control(cluster["name"], "forget_calls")


def calls_of(simulated: Simulated) -> int:
    return sum(len(simulated.calls(each["name"])) for each in simulated.clusters)


def lines(met: dict[str, Any], calls: int) -> list[Line]:
    latencies = Samples(met["latencies_s"])
    served = len(latencies.values) / SECONDS
    needed = met["needed_per_s"]
    return [
        Line(
            f"{BROWSERS} browsers: answers a second, of {needed:.0f} needed",
            f"{served:.0f} /s",
            ratio=f"{served / needed:.2f} x",
            # What falls due in the last moments is answered after them.
            target="≥ 0.97 x",
            met=served >= 0.97 * needed,
        ),
        Line(
            "latency",
            milliseconds(latencies.median),
            latencies.spread(milliseconds),
        ),
        figure(
            "latency, 95 %",
            latencies.share(0.95) * 1000,
            "ms",
            at_most=LATE_S * 1000,
            places=1,
        ),
        figure("polls that failed", len(met["failures"]), at_most=0),
        figure("RAPI calls of the web processes", calls, at_most=0),
    ]
