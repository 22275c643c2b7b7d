"""The list of machines, against a page of ours that shows nothing."""

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
from tests.bench.place import Place, simulator
from tests.bench.table import Line, Samples, figure, milliseconds, timed, times
from tests.bench.turns import in_turns, together

SIZES = (100, 1_000, 10_000)
CLUSTERS = 20
OWNED = 20
ROUNDS, TURNS = 3, 7
OWNER = "owen"
TIMES_EMPTY = 3
# "No dearer", as far as a machine with other things to do can tell.
NO_DEARER = 1.1
# The history of a site where nothing has happened: the frame and nothing in it.
EMPTY = "auditlog:history"


class Scene(NamedTuple):
    """A list as somebody asks for it."""

    what: str
    query: str = ""
    username: str = "root"


SCENES = (
    Scene("page of 50"),
    Scene("search", "?q=node1"),
    Scene("sorted by memory", "?sort=-memory"),
    Scene(f"owner of {OWNED}", "", OWNER),
)
NOTHING = Scene("page that shows nothing")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one page asks of others."""

    queries: int
    calls: int


def run(place: Place) -> list[Line]:
    options = [f"--clusters={CLUSTERS}", f"--instances={SIZES[-1]}"]
    owned = f"--owners={OWNER}:{OWNED}"
    with simulator(place.directory, *options, owned) as simulated:
        known = clusters.known([clusters.added(each) for each in simulated.clusters])
    return measured(known, SIZES, rounds=ROUNDS, turns=TURNS)


def measured(
    known: dict[Cluster, Contents], sizes: Sequence[int], *, rounds: int, turns: int
) -> list[Line]:
    """Measure every scene at every size, and lay the figures out."""
    visits = visitors()
    found: dict[int, list[dict[Scene, Samples]]] = {size: [] for size in sizes}
    costs: dict[tuple[int, Scene], Cost] = {}
    calls: list[clusters.Call] = []
    with clusters.observed(calls.append):
        for _ in range(rounds):
            for size in sizes:
                published(known, size, visits)
                for scene, visit in visits.items():
                    costs[size, scene] = cost(visit, calls)
                found[size].append(in_turns(visits, turns))
    return lines({size: together(each) for size, each in found.items()}, costs)


def visitors() -> dict[Scene, Callable[[], None]]:
    User.objects.create_superuser("root")
    User.objects.create_user(OWNER)
    list_url = reverse("ganeti:instance-list")
    visits = {scene: visitor(scene, list_url) for scene in SCENES}
    return {NOTHING: visitor(NOTHING, reverse(EMPTY)), **visits}


def visitor(scene: Scene, url: str) -> Callable[[], None]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username=scene.username))

    def visit() -> None:
        response = client.get(url + scene.query)
        assert response.status_code == 200, response.status_code

    return visit


def published(
    known: dict[Cluster, Contents], size: int, visits: dict[Scene, Callable[[], None]]
) -> None:
    """Publish so many instances, and warm every page up."""
    clusters.publish(known, size, first=OWNER)
    snapshots.clear_memory()
    for visit in (*visits.values(), *visits.values()):
        visit()


def cost(visit: Callable[[], None], calls: list[clusters.Call]) -> Cost:
    calls.clear()
    with CaptureQueriesContext(connection) as queries:
        visit()
    return Cost(len(queries), len(calls))


def lines(
    found: dict[int, dict[Scene, Samples]], costs: dict[tuple[int, Scene], Cost]
) -> list[Line]:
    sizes = sorted(found)
    shown = []
    for size in sizes:
        shown.append(timed(f"{size:,}: {NOTHING.what}", found[size][NOTHING]))
        limit = TIMES_EMPTY if size == sizes[-1] else None
        of_size = partial(one, found[size], limit=limit)
        shown += [of_size(f"{size:,}: {s.what}", s, costs[size, s]) for s in SCENES]
    first, last = found[sizes[0]], found[sizes[-1]]
    shown += [dearer(scene, first, last, sizes) for scene in (SCENES[0], SCENES[2])]
    shown.append(constancy(costs))
    calls = max(each.calls for each in costs.values())
    shown.append(figure("RAPI calls of a page, most", calls, at_most=0))
    return shown


def one(
    samples: dict[Scene, Samples],
    what: str,
    scene: Scene,
    cost: Cost,
    *,
    limit: float | None,
) -> Line:
    counts = f" ({cost.queries} SQL, {cost.calls} RAPI)"
    return timed(what + counts, samples[scene], samples[NOTHING], limit)


def dearer(
    scene: Scene,
    first: dict[Scene, Samples],
    last: dict[Scene, Samples],
    sizes: Sequence[int],
) -> Line:
    """Compare pages of as many rows at the smallest and the largest size.

    Each as a multiple of the page that shows nothing, of the same turn: the sizes
    take turns only by the minute, and a machine changes its mind in between.
    """
    ratio = by_turn(last, scene).median / by_turn(first, scene).median
    return Line(
        f"a row of a {scene.what}, {sizes[-1]:,} against {sizes[0]:,}",
        milliseconds(last[scene].median / 50),
        ratio=times(ratio),
        target=f"≤ {NO_DEARER:g} x",
        met=ratio <= NO_DEARER,
    )


def by_turn(samples: dict[Scene, Samples], scene: Scene) -> Samples:
    pairs = zip(samples[scene].values, samples[NOTHING].values, strict=True)
    return Samples([shown / nothing for shown, nothing in pairs])


def constancy(costs: dict[tuple[int, Scene], Cost]) -> Line:
    """Tell whether each page asks the database as often at every size."""
    counts: dict[Scene, set[int]] = {}
    for (_size, scene), cost in costs.items():
        counts.setdefault(scene, set()).add(cost.queries)
    differs = max(max(each) - min(each) for each in counts.values())
    return figure("SQL queries more at one size than another", differs, at_most=0)
