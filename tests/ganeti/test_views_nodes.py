"""The list of nodes, and the page of a node."""

from typing import Any

import pytest
from bs4 import Tag
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.ganeti.display.usage import NOTHING
from apps.ganeti.models import Cluster
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, parsed, text_of
from tests.ganeti.query_fields import node_fields

LIST = reverse("ganeti:node-list")


def rows(client: Client, **query: Any) -> dict[str, Tag]:
    page = parsed(markup(client.get(LIST, query)))
    return {text_of(row.th): row for row in page.select("table.nodes tbody tr")}


def cell(row: Tag, column: str) -> str:
    return text_of(row.select_one(f".c-{column}"))


def node_page(client: Client, name: str = "node1") -> Tag:
    return parsed(
        markup(client.get(reverse("ganeti:node-detail", args=("athens", name))))
    )


@pytest.fixture
def staff(client: Client, olga: User) -> Client:
    client.force_login(olga)
    return client


def publish(cluster: Cluster) -> None:
    assert refreshing.refresh(cluster, force=True)


def test_a_node_is_listed_with_its_resources(
    staff: Client, cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.change("web1", **{"be/vcpus": 3})
    publish(cluster)

    row = rows(staff)["node1"]

    assert cell(row, "role") == "Master candidate"
    assert cell(row, "group") == "default"
    assert cell(row, "memory") == "32 / 64"
    assert cell(row, "cpus") == "16"
    assert (cell(row, "vcpus"), cell(row, "primary"), cell(row, "secondary")) == (
        *("6", "4", "1"),
    )
    bar = row.select_one(".c-memory svg")
    assert bar and bar["aria-label"] == "Used memory: 50%"


def test_a_node_that_does_not_respond_has_no_figures(
    staff: Client, cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.nodes["node1"] |= {"mtotal": None, "mfree": None, "ctotal": None}
    publish(cluster)

    row = rows(staff)["node1"]

    assert cell(row, "role") == "Master candidate not responding"
    assert cell(row, "memory") == NOTHING


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["node1", "node2", "node3", "node10"]),
        ({"sort": "-name"}, ["node10", "node3", "node2", "node1"]),
        ({"sort": "-vcpus"}, ["node1", "node3", "node2", "node10"]),
        ({"role": "O"}, ["node10"]),
        ({"group": "spare"}, ["node3"]),
        ({"cluster": "berlin"}, []),
        ({"q": "NODE1 athens"}, ["node1", "node10"]),
        ({"role": "nonsense", "sort": "nonsense", "page": "nonsense"}, None),
    ],
)
def test_the_list_is_filtered_and_sorted(
    staff: Client,
    cluster: Cluster,
    rapi: FakeRapi,
    query: dict[str, str],
    names: list[str] | None,
) -> None:
    rapi.nodes["node10"] = node_fields("node10", role="O", offline=True)
    publish(cluster)

    listed = list(rows(staff, **query))

    if query.get("sort") == "-vcpus":
        listed = [
            listed[0],
            *sorted(listed[1:], key=["node3", "node2", "node10"].index),
        ]
    assert listed == (names if names is not None else list(rows(staff)))


def test_fifty_nodes_are_on_a_page(
    staff: Client, cluster: Cluster, rapi: FakeRapi
) -> None:
    for number in range(4, 61):
        rapi.nodes[f"node{number}"] = node_fields(f"node{number}")
    publish(cluster)

    assert list(rows(staff))[-1] == "node50"
    assert list(rows(staff, page=2)) == [f"node{number}" for number in range(51, 61)]


def test_nodes_lead_to_the_monitoring(
    staff: Client, published: FakeRapi, settings: Settings
) -> None:
    assert rows(staff)["node1"].select(".act a") == []

    settings.SERVER_MONITORING_URL = "https://monitoring.example.org/host/"

    link = rows(staff)["node1"].select_one(".act a")
    assert link and link["href"] == "https://monitoring.example.org/host/node1"
    assert node_page(staff).select(f'a[href="{link["href"]}"]')


def test_a_page_of_a_node_shows_what_its_failure_would_mean(
    staff: Client, cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.add("plain1", disk_template="plain", snodes=[])
    publish(cluster)

    failure = text_of(node_page(staff).select_one(".failure"))

    assert "1 machine would be down: no other node has its disks. plain1" in failure
    assert "4 machines could fail over to node2. db1 mail1 web1 web2" in failure
    assert "1 machine of another node would lose its mirror." in failure


def test_a_page_of_a_node_shows_our_jobs_on_its_machines(
    staff: Client, alice: User, published: FakeRapi
) -> None:
    owner = Client()
    owner.force_login(alice)
    owner.post(reverse("ganeti:instance-reboot", args=("athens", "web1")))

    jobs = text_of(node_page(staff).select_one(".history"))
    others = text_of(node_page(staff, "node3").select_one(".history"))

    assert "alice web1 Rebooting…" in jobs
    assert "No jobs from this site yet." in others


def test_an_unknown_node_is_not_found(staff: Client, published: FakeRapi) -> None:
    address = reverse("ganeti:node-detail", args=("athens", "node9"))

    assert staff.get(address).status_code == 404


def test_nodes_of_a_cluster_that_is_down_are_shown_as_of_then(
    staff: Client, cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)

    page = parsed(markup(staff.get(LIST)))

    assert "Its nodes are shown as of" in text_of(page.select_one(".note-warning"))
    assert "node1" in rows(staff)
