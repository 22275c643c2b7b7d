"""What pages and polls cost: CPU and SQL of each, and lists a second under load."""

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
from tests.bench.lists import CLUSTERS, EMPTY, cost
from tests.bench.place import Place, simulator
from tests.bench.table import Line, Samples, figure, milliseconds
from tests.bench.turns import in_turns

INSTANCES = 10_000
OWNER, OWNED = "owen", 20
TURNS, TIMES = 15, 10
CLIENTS, SECONDS = 10, 15
MOST_SQL = {"page that shows nothing": 3, "poll of a row": 3}

Visit = Callable[[], None]


def run(place: Place) -> list[Line]:
    options = [f"--clusters={CLUSTERS}", f"--instances={INSTANCES}"]
    owners = f"--owners={OWNER}:{OWNED}"
    with simulator(place.directory, *options, owners) as simulated:
        known = clusters.known([clusters.added(each) for each in simulated.clusters])
    for name in ("root", *(f"root{number}" for number in range(CLIENTS))):
        User.objects.create_superuser(name)
    User.objects.create_user(OWNER)
    return [*costs(visits(known)), *load(place)]


def visits(known: dict[Cluster, Contents]) -> dict[str, Visit]:
    """Return visits to the pages, and to what the page of a busy machine polls."""
    clusters.publish(known, INSTANCES, first=OWNER)
    snapshots.clear_memory()
    cluster, contents = next(pair for pair in known.items() if OWNER in pair[1].by_user)
    busy, *_others = contents.by_user[OWNER]
    idle = next(name for name in contents.instances if name != busy.name)
    job = keep_busy(cluster, busy.name)
    address = reverse("ganeti:instance-detail", args=(cluster.slug, busy.name))
    machine, running = polls(client_of(OWNER).get(address).content.decode())
    return {
        "page that shows nothing": visit("root", reverse(EMPTY)),
        "list of 50": visit("root", reverse("ganeti:instance-list")),
        "instance": visit(
            "root", reverse("ganeti:instance-detail", args=(cluster.slug, idle))
        ),
        "poll of a row": visit(OWNER, f"{address}poll?job={job.key}", status=204),
        "poll of an instance": visit(OWNER, machine, status=204),
        "poll of running jobs": visit(OWNER, running, status=204),
    }


def keep_busy(cluster: Cluster, name: str) -> Job:
    """Have a job run for some minutes already, and say nothing."""
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


def polls(page: str) -> tuple[str, str]:
    """Return what a page polls: of its instance, and of all jobs."""
    found = [unescape(one) for one in re.findall(r'hx-get="([^"]*)"', page)]
    machine = next(one for one in found if "as=page" in one)
    return machine, next(one for one in found if "jobs/running" in one)


def client_of(username: str) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username=username))
    return client


def visit(username: str, url: str, *, status: int = 200) -> Visit:
    client = client_of(username)
    headers = {} if status == 200 else {"HX-Request": "true"}

    def ask() -> None:
        answer = client.get(url, headers=headers)
        assert answer.status_code == status, (url, answer.status_code)

    return ask


def costs(visits: dict[str, Visit]) -> list[Line]:
    for each in (*visits.values(), *visits.values()):
        each()
    queries = {name: cost(each, []).queries for name, each in visits.items()}
    several = {name: several_times(each) for name, each in visits.items()}
    found = in_turns(several, TURNS, time.process_time)
    return [
        line
        for name, samples in found.items()
        for line in (
            cpu(name, Samples([value / TIMES for value in samples.values])),
            figure(f"{name}, SQL", queries[name], at_most=MOST_SQL.get(name)),
        )
    ]


def several_times(visit: Visit) -> Visit:
    def ask() -> None:
        for _ in range(TIMES):
            visit()

    return ask


def cpu(name: str, samples: Samples) -> Line:
    median, spread = milliseconds(samples.median), samples.spread(milliseconds)
    return Line(f"{name}, CPU", median, spread)


def load(place: Place) -> list[Line]:
    """Have clients ask gunicorn for whole lists, as fast as they get them."""
    place.product.start_web()
    names = [f"root{number}" for number in range(CLIENTS)]
    visitors = {
        "host": "127.0.0.1",
        "port": place.product.port,
        "path": reverse("ganeti:instance-list"),
        "cookies": [
            clusters.session_of(User.objects.get(username=name)) for name in names
        ],
        "seconds": SECONDS,
    }
    met = answers(visitors)
    latencies = Samples(met["latencies_s"])
    what = f"{CLIENTS} clients: lists a second"
    return [
        figure(what, len(latencies.values) / SECONDS, places=1),
        Line("latency", milliseconds(latencies.median), latencies.spread(milliseconds)),
        figure("lists that failed", len(met["failures"]), at_most=0),
    ]


def answers(visitors: dict[str, Any]) -> dict[str, Any]:
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench.clients"],
        input=json.dumps(visitors),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    met: dict[str, Any] = json.loads(run.stdout)
    return met
