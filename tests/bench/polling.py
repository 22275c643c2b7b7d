"""Two hundred browsers, each polling a row with a running job."""

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
from tests.bench.environment import Environment, SimulatedClusters, simulator
from tests.bench.lists import CLUSTERS
from tests.bench.table import Line, Samples, figure_line, milliseconds

INSTANCES = 10_000
BROWSERS = 200
# Machines of each user; one of them has a job.
OWNED = 5
SECONDS = 20
# Limit of the 95th percentile.
MAX_LATENCY_S = 0.3


def run(environment: Environment) -> list[Line]:
    names = [f"user{number}" for number in range(BROWSERS)]
    owners = ",".join(f"{name}:{OWNED}" for name in names)
    options = [f"--clusters={CLUSTERS}", f"--instances={INSTANCES}"]
    with simulator(environment.directory, *options, f"--owners={owners}") as simulated:
        contents = clusters.refresh_all(
            [clusters.create_cluster(description) for description in simulated.clusters]
        )
        keep_busy(contents, names)
        environment.product.start_web()
        forget_calls(simulated)
        results = run_browsers(environment, [session(name) for name in names])
        return table_lines(results, count_calls(simulated))


def session(name: str) -> str:
    return clusters.session_of(User.objects.get(username=name))


def keep_busy(contents_by_cluster: dict[Cluster, Contents], owners: list[str]) -> None:
    """Create a running job on one machine of each owner, which never ends."""
    for number, owner in enumerate(owners):
        cluster, instance = next(
            (cluster, owned[0])
            for cluster, contents in contents_by_cluster.items()
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


def run_browsers(environment: Environment, cookies: list[str]) -> dict[str, Any]:
    options = {
        "host": "127.0.0.1",
        "port": environment.product.port,
        "path": reverse("ganeti:instance-list"),
        "cookies": cookies,
        "seconds": SECONDS,
    }
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench.browsers"],
        input=json.dumps(options),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    results: dict[str, Any] = json.loads(run.stdout)
    return results


def forget_calls(simulated: SimulatedClusters) -> None:
    for cluster in simulated.clusters:
        simulated.control(cluster["name"], "forget_calls")


def count_calls(simulated: SimulatedClusters) -> int:
    return sum(len(simulated.calls(cluster["name"])) for cluster in simulated.clusters)


def table_lines(results: dict[str, Any], calls: int) -> list[Line]:
    latencies = Samples(results["latencies_s"])
    answered_per_s = len(latencies.values) / SECONDS
    needed_per_s = results["needed_per_s"]
    return [
        Line(
            f"{BROWSERS} browsers: answers a second, of {needed_per_s:.0f} needed",
            f"{answered_per_s:.0f} /s",
            ratio=f"{answered_per_s / needed_per_s:.2f} x",
            # Polls that become due at the end are answered later.
            target="≥ 0.97 x",
            met=answered_per_s >= 0.97 * needed_per_s,
        ),
        Line(
            "latency",
            milliseconds(latencies.median),
            latencies.spread(milliseconds),
        ),
        figure_line(
            "latency, 95 %",
            latencies.quantile(0.95) * 1000,
            "ms",
            at_most=MAX_LATENCY_S * 1000,
            places=1,
        ),
        figure_line("polls that failed", len(results["failures"]), at_most=0),
        figure_line("RAPI calls of the web processes", calls, at_most=0),
    ]
