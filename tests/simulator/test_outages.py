"""Outages of simulated clusters."""

from __future__ import annotations

import threading
import time

import pytest
import requests

from contrib.simulator import SimulatedCluster
from tests.simulator.conftest import Launch, Rapi


def test_a_cluster_that_is_down_refuses_connections_and_keeps_its_port(
    cluster: SimulatedCluster, rapi: Rapi
) -> None:
    port = cluster.port
    cluster.go_down()

    with pytest.raises(requests.ConnectionError):
        rapi.get("/version")

    cluster.come_back()
    assert rapi.get("/version") == 2
    assert cluster.port == port


def test_a_hanging_cluster_does_not_answer(
    cluster: SimulatedCluster,
) -> None:
    rapi = Rapi(cluster, timeout_s=0.2)
    cluster.hang()

    with pytest.raises(requests.Timeout):
        rapi.get("/version")

    cluster.come_back()
    assert rapi.get("/version") == 2


def test_a_bad_gateway_answers_with_html(cluster: SimulatedCluster, rapi: Rapi) -> None:
    cluster.bad_gateway()

    response = rapi.call("GET", "/2/info")

    assert response.status_code == 502
    assert response.headers["Content-Type"] == "text/html"


def test_the_number_of_concurrent_clients_is_limited(launch: Launch) -> None:
    cluster = launch(max_clients=2, latency_ms=200)
    started = time.monotonic()

    clients = [
        threading.Thread(target=Rapi(cluster).get, args=("/version",)) for _ in range(6)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()

    assert cluster.daemon.most_busy == 2
    assert time.monotonic() - started >= 0.6


def test_only_live_fields_have_the_latency_of_nodes(
    cluster: SimulatedCluster, rapi: Rapi
) -> None:
    cluster.set_latency(0, live_milliseconds=300)

    def seconds(field: str) -> float:
        started = time.monotonic()
        rapi.query(["name", field])
        return time.monotonic() - started

    assert seconds("tags") < 0.25
    assert seconds("status") >= 0.3


def test_instances_of_an_offline_node_have_no_state(
    cluster: SimulatedCluster, rapi: Rapi
) -> None:
    cluster.add_instance("lost.example.org", node="node2.athens.example.org")
    fields = ["status", "oper_ram", "oper_state"]
    cluster.node_offline("node2.athens.example.org")

    offline = rapi.query(fields, ["=", "name", "lost"])[0]
    cluster.node_offline("node2.athens.example.org", offline=False)
    online = rapi.query(fields, ["=", "name", "lost"])[0]

    assert offline == [[0, "ERROR_nodeoffline"], [4, None], [2, None]]
    assert online == [[0, "running"], [0, 1024], [0, True]]


def test_an_unreachable_node_gives_no_data(
    cluster: SimulatedCluster, rapi: Rapi
) -> None:
    cluster.add_instance("lost.example.org", node="node2.athens.example.org")
    cluster.node_unreachable("node2.athens.example.org")

    row = rapi.query(["status", "oper_ram"], ["=", "name", "lost"])[0]

    assert row == [[0, "ERROR_nodedown"], [2, None]]


def test_a_drained_node_has_its_role(cluster: SimulatedCluster, rapi: Rapi) -> None:
    name = "node2.athens.example.org"
    cluster.node_drained(name)

    (row,) = rapi.query(["role", "drained"], ["=", "name", name], "node")

    assert row == [[0, "D"], [0, True]]


def test_reserved_addresses_are_in_the_map(
    cluster: SimulatedCluster, rapi: Rapi
) -> None:
    cluster.reserve("small", ["192.168.1.5"])

    network = rapi.get("/2/networks/small")

    assert network["map"][5] == "X"
    assert "192.168.1.5" in network["external_reservations"].split(", ")
