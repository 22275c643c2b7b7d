"""CPU and SQL of pages and polls, and lists per second under load."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.ganeti.domain.job import JobStatus
from apps.ganeti.models import Cluster, Job
from apps.ganeti.state import snapshots
from apps.ganeti.state.snapshots import Contents
from tests.bench import clusters
from tests.bench.environment import Environment, simulator
from tests.bench.interleaving import time_interleaved
from tests.bench.lists import CLUSTERS, EMPTY, cost
from tests.bench.table import Line, Samples, figure_line, milliseconds

INSTANCES = 10_000
NODES = 400
OWNER, OWNED = "owen", 20
REPEATS, BATCH = 15, 10
CLIENTS, SECONDS = 10, 15
MOST_SQL = {
    "page that shows nothing": 3,
    "graphs of a cluster": 6,
    "poll of a row": 3,
}

Visit = Callable[[], None]


def run(environment: Environment) -> list[Line]:
    options = [f"--clusters={CLUSTERS}", f"--instances={INSTANCES}"]
    options.append(f"--nodes={NODES // CLUSTERS}")
    owners = f"--owners={OWNER}:{OWNED}"
    with simulator(environment.directory, *options, owners) as simulated:
        contents = clusters.refresh_all(
            [clusters.create_cluster(description) for description in simulated.clusters]
        )
    for name in ("root", *(f"root{number}" for number in range(CLIENTS))):
        User.objects.create_superuser(name)
    User.objects.create_user(OWNER)
    return [*measure_costs(create_visits(contents)), *measure_load(environment)]


def create_visits(contents_by_cluster: dict[Cluster, Contents]) -> dict[str, Visit]:
    """Return visits to the pages, and to what the page of a busy machine polls."""
    clusters.publish(contents_by_cluster, INSTANCES, first=OWNER)
    snapshots.clear_memory()
    cluster, contents = next(
        pair for pair in contents_by_cluster.items() if OWNER in pair[1].by_user
    )
    busy, *_ = contents.by_user[OWNER]
    idle = next(name for name in contents.instances if name != busy.name)
    job = keep_busy(cluster, busy.name)
    address = reverse("ganeti:instance-detail", args=(cluster.slug, busy.name))
    machine, running = poll_addresses(client_of(OWNER).get(address).content.decode())
    return {
        "page that shows nothing": create_visit("root", reverse(EMPTY)),
        "list of 50": create_visit("root", reverse("ganeti:instance-list")),
        "instance": create_visit(
            "root", reverse("ganeti:instance-detail", args=(cluster.slug, idle))
        ),
        # The first 500 machines, if there are more.
        "graphs of a cluster": create_visit(
            "root", reverse("ganeti:graph-cluster", args=(cluster.slug,))
        ),
        "graphs of all clusters": create_visit("root", reverse("ganeti:graph-all")),
        "graphs of an instance": create_visit(
            "root", reverse("ganeti:graph-machine", args=(cluster.slug, idle))
        ),
        "nodes, page of 50": create_visit("root", reverse("ganeti:node-list")),
        "node": create_visit(
            "root",
            reverse("ganeti:node-detail", args=(cluster.slug, busy.primary_node)),
        ),
        "all clusters": create_visit("root", reverse("ganeti:cluster-list")),
        "cluster": create_visit(
            "root", reverse("ganeti:cluster-detail", args=(cluster.slug,))
        ),
        "poll of a row": create_visit(
            OWNER, f"{address}poll?job={job.key}", status=204
        ),
        "poll of an instance": create_visit(OWNER, machine, status=204),
        "poll of running jobs": create_visit(OWNER, running, status=204),
    }


def keep_busy(cluster: Cluster, name: str) -> Job:
    """Create a job that has been running for some minutes without a log."""
    return Job.objects.create(
        key=Job.new_key(),
        cluster=cluster,
        ganeti_id=1,
        kind=Job.Kind.REBOOT,
        target_name=name,
        reason="reboot",
        user=User.objects.get(username=OWNER),
        status=JobStatus.RUNNING,
        busy_key=Job.busy_key_of(cluster, name),
        submitted_at=timezone.now() - timedelta(minutes=10, seconds=2),
    )


def poll_addresses(page: str) -> tuple[str, str]:
    """Return the polled addresses of a page: of its instance, and of all jobs."""
    addresses = [unescape(address) for address in re.findall(r'hx-get="([^"]*)"', page)]
    machine = next(address for address in addresses if "as=page" in address)
    return machine, next(address for address in addresses if "jobs/running" in address)


def client_of(username: str) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username=username))
    return client


def create_visit(username: str, url: str, *, status: int = 200) -> Visit:
    client = client_of(username)
    headers = {} if status == 200 else {"HX-Request": "true"}

    def request() -> None:
        answer = client.get(url, headers=headers)
        assert answer.status_code == status, (url, answer.status_code)

    return request


def measure_costs(create_visits: dict[str, Visit]) -> list[Line]:
    for visit in (*create_visits.values(), *create_visits.values()):
        visit()
    queries = {name: cost(visit, []).queries for name, visit in create_visits.items()}
    repeated = {name: repeat(visit) for name, visit in create_visits.items()}
    samples_by_page = time_interleaved(repeated, REPEATS, time.process_time)
    return [
        line
        for name, samples in samples_by_page.items()
        for line in (
            cpu(name, Samples([value / BATCH for value in samples.values])),
            figure_line(f"{name}, SQL", queries[name], at_most=MOST_SQL.get(name)),
        )
    ]


def repeat(create_visit: Visit) -> Visit:
    def request() -> None:
        for _ in range(BATCH):
            create_visit()

    return request


def cpu(name: str, samples: Samples) -> Line:
    median, spread = milliseconds(samples.median), samples.spread(milliseconds)
    return Line(f"{name}, CPU", median, spread)


def measure_load(environment: Environment) -> list[Line]:
    """Let clients request lists from gunicorn as fast as they get them."""
    environment.product.start_web()
    names = [f"root{number}" for number in range(CLIENTS)]
    visitors = {
        "host": "127.0.0.1",
        "port": environment.product.port,
        "path": reverse("ganeti:instance-list"),
        "cookies": [
            clusters.session_of(User.objects.get(username=name)) for name in names
        ],
        "seconds": SECONDS,
    }
    results = run_clients(visitors)
    latencies = Samples(results["latencies_s"])
    label = f"{CLIENTS} clients: lists a second"
    return [
        figure_line(label, len(latencies.values) / SECONDS, places=1),
        Line("latency", milliseconds(latencies.median), latencies.spread(milliseconds)),
        figure_line("lists that failed", len(results["failures"]), at_most=0),
    ]


def run_clients(visitors: dict[str, Any]) -> dict[str, Any]:
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench.clients"],
        input=json.dumps(visitors),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    results: dict[str, Any] = json.loads(run.stdout)
    return results
