import time
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache

from apps.ganeti.models import Cluster
from apps.ganeti.state import snapshots
from apps.ganeti.state.snapshots import Contents
from contrib.simulator.simulator import Simulator
from contrib.simulator.spec import ClusterSpec
from tests.bench import clusters, codec, lists, pages
from tests.bench.browsers import Poll, Polls
from tests.bench.others import ours_s
from tests.bench.table import HEADS, Line, Samples, figure, timed, written


@pytest.fixture
def known(db: None) -> Iterator[dict[Cluster, Contents]]:
    specs = [
        ClusterSpec(name=name, instances=10, owners={lists.OWNER: 1})
        for name in ("athens", "berlin")
    ]
    with Simulator(specs) as simulator:
        yield clusters.known([clusters.added(each) for each in simulator.describe()])
    cache.clear()
    snapshots.clear_memory()


def test_the_smallest_bench_fills_a_table(known: dict[Cluster, Contents]) -> None:
    lines = lists.measured(known, [4, 20], rounds=1, turns=1)

    table = "\n".join(written([("list", lines)])).splitlines()
    assert len(table) == 2 + len(lines)
    assert all(head in table[0] for head in HEADS)
    assert {"4: page of 50", "20: page of 50"} <= {
        line.what.partition(" (")[0] for line in lines
    }
    assert [line.met for line in lines[-2:]] == [True, True], "SQL and RAPI"


def test_pages_and_polls_are_measured_by_what_they_cost(
    known: dict[Cluster, Contents], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TURNS", "TIMES"):
        monkeypatch.setattr(pages, name, 1)
    monkeypatch.setattr(pages, "INSTANCES", 20)
    User.objects.create_superuser("root")
    User.objects.create_user(pages.OWNER)

    lines = pages.costs(pages.visits(known))

    assert {line.what.partition(",")[0] for line in lines} >= set(pages.MOST_SQL)
    assert {line.met for line in lines} == {None, True}


def test_the_codec_is_measured_beside_pickle(
    known: dict[Cluster, Contents],
) -> None:
    lines = codec.compared(clusters.part(known.popitem()[1], 3), turns=1)

    assert [line.what for line in lines if line.target] == [
        "3 instances, typed: encode, CPU",
        "3 instances, typed: decode, CPU",
    ]


def test_what_misses_its_target_is_shouted() -> None:
    bare, slow = Samples([1, 2, 3]), Samples([3, 4, 5])

    line = timed("refresh", slow, bare, 1.3)

    assert line.cells == (
        "refresh",
        "4000.0 ms",
        "3000.0 ms … 5000.0 ms",
        "2.00 x",
        "≤ 1.3 x",
        "NO",
    )


def test_a_figure_without_a_target_claims_nothing() -> None:
    assert figure("jobs", 500) == Line("jobs", "500")


def test_a_browser_polls_what_the_page_tells_it_to() -> None:
    page = """
    <tr hx-get="poll" hx-trigger="every 2s"></tr>
    <span hx-get="/jobs/running" hx-trigger="jobs from:body, every 500ms"></span>
    <a hx-get="/once" hx-trigger="load"></a>
    """

    found = Polls(page, "/cluster/athens/").found

    assert found == [Poll("/cluster/athens/poll", 2), Poll("/jobs/running", 0.5)]


def test_what_this_process_does_is_counted_as_ours() -> None:
    before, began = ours_s(), time.process_time()

    while time.process_time() - began < 0.2:
        pass

    assert ours_s() - before >= 0.2
