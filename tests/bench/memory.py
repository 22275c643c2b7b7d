"""Web processes as gunicorn runs them, serving lists of ten thousand machines."""

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
from tests.bench.lists import CLUSTERS, EMPTY, TIMES_EMPTY
from tests.bench.place import Place, simulator
from tests.bench.table import Line, figure, timed
from tests.bench.turns import in_turns

INSTANCES = 10_000
TURNS = 30
# So many times every cluster changes and every list is looked at.
GENERATIONS = 8
QUERIES = ("", "?q=web", "?sort=-memory", "?sort=ip", "?sort=owner", "?page=100")
AT_MOST_MIB = 250


def run(place: Place) -> list[Line]:
    options = [f"--clusters={CLUSTERS}", f"--instances={INSTANCES}"]
    with simulator(place.directory, *options) as simulated:
        known = clusters.known([clusters.added(each) for each in simulated.clusters])
    place.product.start_web()
    browser = Browser(place.product.url)
    listed = browser.visitor(reverse("ganeti:instance-list"))
    nothing = browser.visitor(reverse(EMPTY))
    for visit in (listed, nothing) * 5:
        visit()
    found = in_turns({"nothing": nothing, "list": listed}, TURNS)
    first = biggest(place)
    for number in range(GENERATIONS):
        clusters.publish(changed(known, number), INSTANCES)
        browser.look_around()
    return [
        timed("over gunicorn: page that shows nothing", found["nothing"]),
        timed(
            f"over gunicorn: {INSTANCES:,}, page of 50",
            found["list"],
            found["nothing"],
            TIMES_EMPTY,
        ),
        figure("web process at first", first, "MiB"),
        figure(
            f"web process, most, after {GENERATIONS} changes of every cluster",
            biggest(place),
            "MiB",
            at_most=AT_MOST_MIB,
        ),
    ]


class Browser:
    """Somebody of the staff, over HTTP."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()
        user = User.objects.create_superuser("root")
        self._session.cookies["sessionid"] = clusters.session_of(user)

    def visitor(self, path: str) -> Callable[[], None]:
        def visit() -> None:
            answer = self._session.get(self._url + path, timeout=30)
            assert answer.status_code == 200, answer.status_code
            assert not answer.history, "sent to the login page"

        return visit

    def look_around(self) -> None:
        """Look at every list often enough for every process to have shown it."""
        path = reverse("ganeti:instance-list")
        for query in QUERIES * 3:
            self.visitor(path + query)()


def changed(known: dict[Cluster, Contents], number: int) -> dict[Cluster, Contents]:
    """Return what is known with something else about every tenth machine."""

    def instances(contents: Contents) -> dict[str, Instance]:
        return {
            name: replace(each, memory_mib=number) if place % 10 == 0 else each
            for place, (name, each) in enumerate(contents.instances.items())
        }

    return {
        cluster: replace(contents, instances=instances(contents))
        for cluster, contents in known.items()
    }


def biggest(place: Place) -> float:
    """Return the most memory that any web process has had so far, in MiB."""
    assert place.product.web is not None
    master = place.product.web.pid
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return max(most_mib(pid) for pid in children)


def most_mib(pid: str) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found.group(1)) / 1024
