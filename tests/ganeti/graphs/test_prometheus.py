"""The default queries, answered by Debian's Prometheus."""

import json
import time
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from tests.services import Prometheus

pytestmark = [pytest.mark.system, pytest.mark.usefixtures("published")]
HOUR, EVERY_S = 3600, 15
# By metric and labels: the value at first, and how much is added each second.
SERIES = {
    ("info_cpu_time_seconds_total", ""): (100.0, 0.25),
    ("info_memory_usage_bytes", ""): (1e9, 0),
    ("info_maximum_memory_bytes", ""): (2e9, 0),
    ("block_stats_read_bytes_total", ',target_device="vda"'): (0, 1000),
    ("block_stats_read_bytes_total", ',target_device="vdb"'): (0, 500),
    ("block_stats_write_bytes_total", ',target_device="vda"'): (5e6, 40),
    ("interface_stats_receive_bytes_total", ',target_device="tap0"'): (0, 125),
    ("interface_stats_transmit_bytes_total", ',target_device="tap0"'): (0, 25),
}
VALUES: dict[str, dict[str, float]] = {
    "cpu": {"CPU": 25},
    "memory": {"Used": 1e9, "Total": 2e9},
    "disk": {"Reads": 1500, "Writes": 40},
    "network": {"Received": 1000, "Transmitted": 200},
}


def open_metrics(start: int, end: int) -> Iterator[str]:
    """Yield lines with samples of web1, and of web10 with ten times its values."""
    for (metric, labels), (first, added) in SERIES.items():
        for domain, factor in (("web1", 1), ("web10", 10)):
            for at in range(start, end, EVERY_S):
                value = factor * (first + added * (at - start))
                name = f'libvirt_domain_{metric}{{domain="{domain}"{labels}}}'
                yield f"{name} {value} {at}"
    yield "# EOF"


@pytest.fixture(scope="module")
def samples_end() -> int:
    """Return when the samples end: yesterday, at a full hour."""
    now = int(time.time())
    return now - now % HOUR - 24 * HOUR


@pytest.fixture(scope="module")
def server(samples_end: int) -> Iterator[Prometheus]:
    if not Prometheus.is_installed():
        pytest.skip(f"{Prometheus.program} is not installed")
    server = Prometheus()
    lines = open_metrics(samples_end - 2 * HOUR, samples_end)
    server.samples.write_text("\n".join(lines) + "\n")
    with server:
        yield server


@pytest.fixture
def reader(
    client: Client, alice: User, settings: Settings, server: Prometheus
) -> Client:
    settings.PROMETHEUS_URL = server.url
    client.force_login(alice)
    return client


@pytest.mark.parametrize("kind", VALUES)
def test_the_default_queries_give_the_values(
    reader: Client, samples_end: int, kind: str
) -> None:
    query = f"start={samples_end - HOUR}&end={samples_end - EVERY_S}"

    chart = json.loads(reader.get(f"/graph/athens/web1/data/{kind}?{query}").content)

    assert {series["label"] for series in chart["series"]} == set(VALUES[kind])
    for series in chart["series"]:
        value = VALUES[kind][series["label"]]
        assert series["values"] == pytest.approx([value] * len(chart["times"]))
    assert len(chart["times"]) == HOUR // EVERY_S


def test_times_without_samples_are_gaps(reader: Client, samples_end: int) -> None:
    query = f"start={samples_end - HOUR}&end={samples_end + HOUR}"

    chart = json.loads(reader.get(f"/graph/athens/web1/data/memory?{query}").content)

    values = chart["series"][0]["values"]
    assert values[0] == 1e9
    assert values[-1] is None


def test_a_year_is_within_the_limits(reader: Client) -> None:
    chart = json.loads(reader.get("/graph/athens/web1/data/cpu?start=-1y").content)

    assert [series["label"] for series in chart["series"]] == ["CPU"]
    assert len(chart["times"]) > 300


def test_an_invalid_query_is_a_text_in_the_chart(
    reader: Client, settings: Settings
) -> None:
    settings.GRAPHS = {"cpu": {"queries": {"CPU": "sum("}}}

    answer = json.loads(reader.get("/graph/athens/web1/data/cpu").content)

    assert answer == {"error": "The monitoring server can't answer this query."}
