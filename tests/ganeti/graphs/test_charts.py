"""Data of charts, from a stand-in for Prometheus."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from apps.ganeti.graphs import charts
from apps.ganeti.graphs.charts import MAX_BYTES, MAX_SERIES
from apps.ganeti.graphs.periods import Period
from tests.conftest import Sent
from tests.ganeti.graphs.conftest import Answer, GraphServer, matrix, send_slowly

pytestmark = pytest.mark.usefixtures("published")
START = 1_700_000_100  # a multiple of 15 s
DATA = "/graph/athens/web1/data/"
HOUR = f"start={START}&end={START + 3600}"


@pytest.fixture
def reader(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def get(reader: Client, kind: str = "cpu", query: str = HOUR) -> dict[str, Any]:
    response = reader.get(f"{DATA}{kind}?{query}")
    assert response.status_code == 200
    data: dict[str, Any] = json.loads(response.content)
    return data


def test_a_chart_has_a_value_or_a_gap_for_each_time(
    reader: Client, prometheus: GraphServer
) -> None:
    values = [(START, "12.3456789"), (START + 30, "NaN"), (START + 45, "+Inf")]
    prometheus.answer = matrix(({}, values))

    chart = get(reader)

    assert chart["unit"] == "%"
    assert chart["times"] == list(range(START, START + 3601, 15))
    (series,) = chart["series"]
    assert series["label"] == "CPU"
    assert series["values"][:4] == [12.3457, None, None, None]
    assert len(series["values"]) == len(chart["times"])


def test_prometheus_is_asked_for_the_instance_and_the_period(
    reader: Client, prometheus: GraphServer
) -> None:
    get(reader)

    assert prometheus.paths[0].startswith("/base/api/v1/query_range?")
    query = prometheus.parameters["query"]
    assert '{domain="web1"}[300s]' in query
    assert prometheus.parameters == {
        "query": query,
        "start": str(START),
        "end": str(START + 3600),
        "step": "15",
    }


def test_answers_are_kept(reader: Client, prometheus: GraphServer) -> None:
    assert get(reader, "memory") == get(reader, "memory")

    assert len(prometheus.paths) == 2  # the queries of the chart


def test_names_are_escaped_in_queries() -> None:
    period = Period.read("-1h", "now", START)

    query = charts.fill_in('x{a="{instance}"}', 'a"} or \\{b\n', "", period)

    assert query == 'x{a="a\\"} or \\\\{b\\n"}'


def test_a_query_with_interfaces_is_a_chart_for_each(
    reader: Client, prometheus: GraphServer, settings: Settings
) -> None:
    settings.GRAPHS = {"network": {"queries": {"In": 'rx{d="{interface}"}'}}}

    get(reader, "network", f"{HOUR}&interface=eth0")

    assert prometheus.parameters["query"] == 'rx{d="eth0"}'
    for interface in ("eth7", "lo", "eth0%22%7D"):
        address = f"{DATA}network?{HOUR}&interface={interface}"
        assert reader.get(address).status_code == 404


def test_several_series_are_told_apart_by_their_labels(
    reader: Client, prometheus: GraphServer, settings: Settings
) -> None:
    settings.GRAPHS = {"disk": {"queries": {"Read": "read"}}}
    prometheus.answer = matrix(
        ({"domain": "web1", "device": "vda"}, [(START, "1")]),
        ({"domain": "web1", "device": "vdb"}, [(START, "2")]),
    )

    assert [series["label"] for series in get(reader, "disk")["series"]] == [
        "Read vda",
        "Read vdb",
    ]


def test_the_number_of_series_is_limited(
    reader: Client, prometheus: GraphServer
) -> None:
    many = [({"n": str(number)}, [(START, "1")]) for number in range(100)]
    prometheus.answer = matrix(*many)

    assert len(get(reader, "memory")["series"]) == MAX_SERIES


@pytest.mark.parametrize(
    "answer",
    [
        404,
        400,
        500,
        b"",
        b"<html>",
        b'{"status": "success"}',
        matrix(({}, [(START, "x")])),
        b'{"data": {"result": [{"metric": {}, "values": [[1e999, "1"]]}]}}',
        b'{"data": ' * 5000,
        b" " * (MAX_BYTES + 1),
    ],
    ids=range(10),
)
def test_a_failed_query_is_a_text_in_the_chart(
    reader: Client, prometheus: GraphServer, answer: Answer, sent: Sent
) -> None:
    prometheus.answer = answer

    error = {"error": "The monitoring server can't answer this query."}
    assert get(reader) == error
    assert get(reader) == error
    assert len(prometheus.paths) == 1
    assert sent() == []


@pytest.mark.usefixtures("short_timeouts")
@pytest.mark.parametrize("down", [True, False])
def test_a_server_that_does_not_respond_is_left_alone_for_a_while(
    reader: Client, prometheus: GraphServer, settings: Settings, *, down: bool
) -> None:
    prometheus.answer = send_slowly
    if down:
        settings.PROMETHEUS_URL = "http://127.0.0.1:9"

    for kind in ("cpu", "disk", "cpu"):
        error = "The monitoring server isn't responding."
        assert get(reader, kind) == {"error": error}
    assert len(prometheus.paths) == (0 if down else 1)


@pytest.mark.usefixtures("prometheus")
@pytest.mark.parametrize("query", ["start=x", "start=now&end=-1d", "start=-9999y"])
def test_an_invalid_period_is_refused(reader: Client, query: str) -> None:
    response = reader.get(f"{DATA}cpu?{query}")

    assert response.status_code == 400
    assert "period is invalid" in json.loads(response.content)["error"]


@pytest.mark.usefixtures("prometheus")
@pytest.mark.parametrize("kind", ["uptime", "cpu-ts"])
def test_there_are_no_other_kinds(reader: Client, kind: str) -> None:
    assert reader.get(f"{DATA}{kind}").status_code == 404


def test_there_are_no_charts_without_prometheus(reader: Client) -> None:
    assert reader.get(f"{DATA}cpu").status_code == 404


@pytest.mark.usefixtures("prometheus")
def test_charts_of_other_peoples_machines_dont_exist(
    client: Client, carol: User
) -> None:
    client.force_login(carol)

    assert client.get(f"{DATA}cpu").status_code == 404
