import time
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from pytest_django import Settings

from apps.ganeti.models import Cluster
from apps.ganeti.state import snapshots
from apps.ganeti.state.snapshots import Contents
from contrib.simulator.simulator import Simulator
from contrib.simulator.spec import ClusterSpec
from tests.bench import (
    clusters,
    codec,
    environment,
    lists,
    pages,
    queues,
    recipients,
    search,
)
from tests.bench.browsers import Poll, PollParser
from tests.bench.other_load import own_seconds
from tests.bench.table import (
    HEADS,
    Line,
    Samples,
    figure_line,
    format_table,
    timing_line,
)


@pytest.fixture
def contents(db: None) -> Iterator[dict[Cluster, Contents]]:
    specs = [
        ClusterSpec(name=name, instances=10, owners={lists.OWNER: 1})
        for name in ("athens", "berlin")
    ]
    with Simulator(specs) as simulator:
        yield clusters.refresh_all(
            [
                clusters.create_cluster(description)
                for description in simulator.describe()
            ]
        )
    cache.clear()
    snapshots.clear_memory()


def test_a_small_bench_of_lists_fills_a_table(
    contents: dict[Cluster, Contents],
) -> None:
    lines = lists.measure(contents, [4, 20], rounds=1, repeats=1)

    table = "\n".join(format_table([("list", lines)])).splitlines()
    assert len(table) == 2 + len(lines)
    assert all(head in table[0] for head in HEADS)
    assert {"4: page of 50", "20: page of 50"} <= {
        line.label.partition(" (")[0] for line in lines
    }
    assert [line.met for line in lines[-2:]] == [True, True], "SQL and RAPI"


def test_pages_and_polls_are_measured(
    contents: dict[Cluster, Contents],
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> None:
    settings.PROMETHEUS_URL = environment.NOWHERE
    for name in ("REPEATS", "BATCH"):
        monkeypatch.setattr(pages, name, 1)
    monkeypatch.setattr(pages, "INSTANCES", 20)
    User.objects.create_superuser("root")
    User.objects.create_user(pages.OWNER)

    lines = pages.measure_costs(pages.create_visits(contents))

    assert {line.label.partition(",")[0] for line in lines} >= set(pages.MOST_SQL)
    assert {line.met for line in lines} == {None, True}


def test_each_search_is_measured(
    contents: dict[Cluster, Contents], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("INSTANCES", "USERS", "APPLICATIONS"):
        monkeypatch.setattr(search, name, 20)

    lines = search.measure(contents, repeats=1)

    assert len(lines) == len(search.SEARCHES)
    assert all(line.target for line in lines)


def test_queues_of_jobs_are_measured(
    contents: dict[Cluster, Contents], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "LONG", 200)
    [(cluster, known), *_] = contents.items()

    lines = queues.measure({cluster: known}, repeats=2)

    assert len(lines) == 3


def test_recipients_are_found_and_measured(contents: dict[Cluster, Contents]) -> None:
    lines = recipients.measure(contents, users=200, repeats=1)

    assert [line.met for line in lines if line.target] == [True] * 5


def test_the_codec_is_compared_with_pickle(
    contents: dict[Cluster, Contents],
) -> None:
    lines = codec.compare(
        clusters.select_instances(contents.popitem()[1], 3), repeats=1
    )

    assert [line.label for line in lines if line.target] == [
        "3 instances, typed: encode, CPU",
        "3 instances, typed: decode, CPU",
    ]


def test_a_missed_target_is_marked() -> None:
    baseline, slow = Samples([1, 2, 3]), Samples([3, 4, 5])

    line = timing_line("refresh", slow, baseline, 1.3)

    assert line.cells == (
        "refresh",
        "4000.0 ms",
        "3000.0 ms … 5000.0 ms",
        "2.00 x",
        "≤ 1.3 x",
        "NO",
    )


def test_a_figure_without_a_target_is_not_marked() -> None:
    assert figure_line("jobs", 500) == Line("jobs", "500")


def test_polls_are_read_from_the_page() -> None:
    page = """
    <tr hx-get="poll" hx-trigger="every 2s"></tr>
    <span hx-get="/jobs/running" hx-trigger="jobs from:body, every 500ms"></span>
    <a hx-get="/once" hx-trigger="load"></a>
    """

    polls = PollParser(page, "/cluster/athens/").polls

    assert polls == [Poll("/cluster/athens/poll", 2), Poll("/jobs/running", 0.5)]


def test_cpu_time_of_this_process_is_not_other_load() -> None:
    own_before, started = own_seconds(), time.process_time()

    while time.process_time() - started < 0.2:
        pass

    assert own_seconds() - own_before >= 0.2
