"""Memory of gunicorn's web processes with lists of ten thousand machines."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import requests
from django.contrib.auth.models import User
from django.urls import reverse

from apps.ganeti.domain.instance import Instance
from apps.ganeti.models import Cluster
from apps.ganeti.state.snapshots import Contents
from tests.bench import clusters
from tests.bench.environment import Environment, simulator
from tests.bench.interleaving import time_interleaved
from tests.bench.lists import CLUSTERS, EMPTY, MAX_RATIO
from tests.bench.table import Line, figure_line, timing_line

INSTANCES = 10_000
REPEATS = 30
# How often all clusters change and all lists are requested.
GENERATIONS = 8
QUERIES = ("", "?q=web", "?sort=-memory", "?sort=ip", "?sort=owner", "?page=100")
MAX_MIB = 250


def run(environment: Environment) -> list[Line]:
    options = [f"--clusters={CLUSTERS}", f"--instances={INSTANCES}"]
    with simulator(environment.directory, *options) as simulated:
        contents = clusters.refresh_all(
            [clusters.create_cluster(description) for description in simulated.clusters]
        )
    environment.product.start_web()
    client = StaffClient(environment.product.url)
    visit_list = client.create_visit(reverse("ganeti:instance-list"))
    visit_empty = client.create_visit(reverse(EMPTY))
    for visit in (visit_list, visit_empty) * 5:
        visit()
    samples = time_interleaved({"nothing": visit_empty, "list": visit_list}, REPEATS)
    first = peak_memory_mib(environment)
    for number in range(GENERATIONS):
        clusters.publish(change_instances(contents, number), INSTANCES)
        client.visit_lists()
    return [
        timing_line("over gunicorn: page that shows nothing", samples["nothing"]),
        timing_line(
            f"over gunicorn: {INSTANCES:,}, page of 50",
            samples["list"],
            samples["nothing"],
            MAX_RATIO,
        ),
        figure_line("web process at first", first, "MiB"),
        figure_line(
            f"web process, most, after {GENERATIONS} changes of every cluster",
            peak_memory_mib(environment),
            "MiB",
            at_most=MAX_MIB,
        ),
    ]


class StaffClient:
    """HTTP client of a superuser."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()
        user = User.objects.create_superuser("root")
        self._session.cookies["sessionid"] = clusters.session_of(user)

    def create_visit(self, path: str) -> Callable[[], None]:
        def visit() -> None:
            answer = self._session.get(self._url + path, timeout=30)
            assert answer.status_code == 200, answer.status_code
            assert not answer.history, "sent to the login page"

        return visit

    def visit_lists(self) -> None:
        """Request every list often enough for every process to have rendered it."""
        path = reverse("ganeti:instance-list")
        for query in QUERIES * 3:
            self.create_visit(path + query)()


def change_instances(
    contents_by_cluster: dict[Cluster, Contents], number: int
) -> dict[Cluster, Contents]:
    """Return the contents with a change of every tenth instance."""

    def instances(contents: Contents) -> dict[str, Instance]:
        return {
            name: replace(instance, memory_mib=number) if index % 10 == 0 else instance
            for index, (name, instance) in enumerate(contents.instances.items())
        }

    return {
        cluster: replace(contents, instances=instances(contents))
        for cluster, contents in contents_by_cluster.items()
    }


def peak_memory_mib(environment: Environment) -> float:
    """Return the peak memory of any web process so far, in MiB."""
    assert environment.product.web is not None
    master = environment.product.web.pid
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return max(process_peak_mib(pid) for pid in children)


def process_peak_mib(pid: str) -> float:
    match = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert match is not None
    return int(match.group(1)) / 1024
