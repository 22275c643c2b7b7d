"""The list of machines, compared with a page that shows nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.ganeti.models import Cluster
from apps.ganeti.state import snapshots
from apps.ganeti.state.snapshots import Contents
from tests.bench import clusters
from tests.bench.environment import Environment, simulator
from tests.bench.interleaving import merge_samples, time_interleaved
from tests.bench.table import (
    Line,
    Samples,
    figure_line,
    milliseconds,
    multiple,
    timing_line,
)

SIZES = (100, 1_000, 10_000)
CLUSTERS = 20
OWNED = 20
ROUNDS, REPEATS = 3, 7
OWNER = "owen"
MAX_RATIO = 3
# "No slower", with a margin for noise.
MAX_SIZE_RATIO = 1.1
# The history without entries: the frame of a page only.
EMPTY = "auditlog:history"


class Scene(NamedTuple):
    """A request for the list by a user."""

    label: str
    query: str = ""
    username: str = "root"


SCENES = (
    Scene("page of 50"),
    Scene("search", "?q=node1"),
    Scene("sorted by memory", "?sort=-memory"),
    Scene(f"owner of {OWNED}", "", OWNER),
)
EMPTY_SCENE = Scene("page that shows nothing")


@dataclass(frozen=True, slots=True)
class Cost:
    """Queries and RAPI calls of one page."""

    queries: int
    calls: int


def run(environment: Environment) -> list[Line]:
    options = [f"--clusters={CLUSTERS}", f"--instances={SIZES[-1]}"]
    owned = f"--owners={OWNER}:{OWNED}"
    with simulator(environment.directory, *options, owned) as simulated:
        contents = clusters.refresh_all(
            [clusters.create_cluster(description) for description in simulated.clusters]
        )
    return measure(contents, SIZES, rounds=ROUNDS, repeats=REPEATS)


def measure(
    contents: dict[Cluster, Contents],
    sizes: Sequence[int],
    *,
    rounds: int,
    repeats: int,
) -> list[Line]:
    """Measure every scene at every size; return the lines of the table."""
    visits = create_visits()
    samples: dict[int, list[dict[Scene, Samples]]] = {size: [] for size in sizes}
    costs: dict[tuple[int, Scene], Cost] = {}
    calls: list[clusters.Call] = []
    with clusters.observe_calls(calls.append):
        for _ in range(rounds):
            for size in sizes:
                publish_and_warm_up(contents, size, visits)
                for scene, visit in visits.items():
                    costs[size, scene] = cost(visit, calls)
                samples[size].append(time_interleaved(visits, repeats))
    return table_lines(
        {
            size: merge_samples(rounds_of_size)
            for size, rounds_of_size in samples.items()
        },
        costs,
    )


def create_visits() -> dict[Scene, Callable[[], None]]:
    User.objects.create_superuser("root")
    User.objects.create_user(OWNER)
    list_url = reverse("ganeti:instance-list")
    visits = {scene: create_visit(scene, list_url) for scene in SCENES}
    return {EMPTY_SCENE: create_visit(EMPTY_SCENE, reverse(EMPTY)), **visits}


def create_visit(scene: Scene, url: str) -> Callable[[], None]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username=scene.username))

    def visit() -> None:
        response = client.get(url + scene.query)
        assert response.status_code == 200, response.status_code

    return visit


def publish_and_warm_up(
    contents: dict[Cluster, Contents],
    size: int,
    visits: dict[Scene, Callable[[], None]],
) -> None:
    """Publish this number of instances, and visit every page twice."""
    clusters.publish(contents, size, first=OWNER)
    snapshots.clear_memory()
    for visit in (*visits.values(), *visits.values()):
        visit()


def cost(visit: Callable[[], None], calls: list[clusters.Call]) -> Cost:
    calls.clear()
    with CaptureQueriesContext(connection) as queries:
        visit()
    return Cost(len(queries), len(calls))


def table_lines(
    samples: dict[int, dict[Scene, Samples]], costs: dict[tuple[int, Scene], Cost]
) -> list[Line]:
    sizes = sorted(samples)
    lines = []
    for size in sizes:
        lines.append(
            timing_line(f"{size:,}: {EMPTY_SCENE.label}", samples[size][EMPTY_SCENE])
        )
        limit = MAX_RATIO if size == sizes[-1] else None
        of_size = partial(scene_line, samples[size], limit=limit)
        lines += [
            of_size(f"{size:,}: {scene.label}", scene, costs[size, scene])
            for scene in SCENES
        ]
    first, last = samples[sizes[0]], samples[sizes[-1]]
    lines += [
        compare_sizes(scene, first, last, sizes) for scene in (SCENES[0], SCENES[2])
    ]
    lines.append(compare_query_counts(costs))
    calls = max(cost.calls for cost in costs.values())
    lines.append(figure_line("RAPI calls of a page, most", calls, at_most=0))
    return lines


def scene_line(
    samples: dict[Scene, Samples],
    label: str,
    scene: Scene,
    cost: Cost,
    *,
    limit: float | None,
) -> Line:
    counts = f" ({cost.queries} SQL, {cost.calls} RAPI)"
    return timing_line(label + counts, samples[scene], samples[EMPTY_SCENE], limit)


def compare_sizes(
    scene: Scene,
    first: dict[Scene, Samples],
    last: dict[Scene, Samples],
    sizes: Sequence[int],
) -> Line:
    """Compare pages of equally many rows at the smallest and the largest size.

    Each is divided by the empty page of the same repeat: the sizes are minutes apart,
    and the speed of the machine may change in between.
    """
    ratio = (
        relative_to_empty(last, scene).median / relative_to_empty(first, scene).median
    )
    return Line(
        f"a row of a {scene.label}, {sizes[-1]:,} against {sizes[0]:,}",
        milliseconds(last[scene].median / 50),
        ratio=multiple(ratio),
        target=f"≤ {MAX_SIZE_RATIO:g} x",
        met=ratio <= MAX_SIZE_RATIO,
    )


def relative_to_empty(samples: dict[Scene, Samples], scene: Scene) -> Samples:
    pairs = zip(samples[scene].values, samples[EMPTY_SCENE].values, strict=True)
    return Samples([scene_s / empty_s for scene_s, empty_s in pairs])


def compare_query_counts(costs: dict[tuple[int, Scene], Cost]) -> Line:
    """Compare the number of queries of each page at all sizes."""
    counts: dict[Scene, set[int]] = {}
    for (_size, scene), cost in costs.items():
        counts.setdefault(scene, set()).add(cost.queries)
    differs = max(
        max(query_counts) - min(query_counts) for query_counts in counts.values()
    )
    return figure_line("SQL queries more at one size than another", differs, at_most=0)
