"""The list of clusters, the page of a cluster, and those of its networks."""

import pytest
from bs4 import Tag
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from apps.ganeti.models import Cluster
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, parsed, text_of
from tests.ganeti.placement import ipolicy, pool

LIST = reverse("ganeti:cluster-list")


def page_of(client: Client, url_name: str, *args: str, query: str = "") -> Tag:
    response = client.get(reverse(f"ganeti:{url_name}", args=args) + query)
    return parsed(markup(response))


def facts(card: Tag | None) -> dict[str, str]:
    assert card
    heads = card.select("dl.facts > dt")
    return {text_of(head): text_of(head.find_next_sibling("dd")) for head in heads}


@pytest.fixture
def staff(client: Client, olga: User) -> Client:
    client.force_login(olga)
    return client


def publish(cluster: Cluster) -> None:
    assert refreshing.refresh(cluster, force=True)


def test_a_card_sums_up_a_cluster(
    staff: Client, cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.nodes["node2"] |= {"role": "O", "offline": True}
    rapi.nodes["node2"] |= dict.fromkeys(("mtotal", "mfree", "ctotal"))
    rapi.change("db1", status="ERROR_down", oper_state=False)
    publish(cluster)

    card = page_of(staff, "cluster-list").select_one(".cluster")
    figures = facts(card)

    assert "Ganeti 3.0.2, master node1" in text_of(card)
    assert figures["Nodes"] == "3 · 1 offline"
    assert figures["Machines"] == "6 · 4 running · 1 stopped · 1 in error"
    assert figures["Memory"] == "64 of 128 GiB"
    assert figures["CPUs"] == "6 vCPUs on 32 CPUs"
    assert figures["Jobs of this site"] == "0 running, 0 waiting"


def test_a_card_counts_our_jobs(
    staff: Client, alice: User, published: FakeRapi
) -> None:
    owner = Client()
    owner.force_login(alice)
    owner.post(reverse("ganeti:instance-reboot", args=("athens", "web1")))

    card = page_of(staff, "cluster-list").select_one(".cluster")

    assert facts(card)["Jobs of this site"] == "0 running, 1 waiting"


def test_what_fits_is_the_largest_of_the_groups_that_take_machines(
    staff: Client, cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.groups["default"]["ipolicy"] = ipolicy("plain", memory=16384)
    rapi.nodes["node3"]["mfree"] = 65000  # of a group under maintenance
    publish(cluster)

    figures = facts(page_of(staff, "cluster-list").select_one(".cluster"))

    assert figures["Still fits"] == (
        "16 GiB memory and 512 GiB disk in node group default"
    )


def test_a_cluster_that_is_down_says_since_when(
    staff: Client, cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)

    card = page_of(staff, "cluster-list").select_one(".cluster")
    page = page_of(staff, "cluster-detail", "athens")

    assert "Down since just now" in text_of(card)
    assert "This page shows it as of" in text_of(page.select_one(".note-warning"))
    assert facts(card)["Nodes"] == "3"


@pytest.mark.usefixtures("cluster")
def test_a_cluster_that_was_never_read_has_no_figures(staff: Client) -> None:
    card = page_of(staff, "cluster-list").select_one(".cluster")
    page = page_of(staff, "cluster-detail", "athens")

    assert "It is being contacted for the first time." in text_of(card)
    assert "Nothing is known of this cluster yet" in text_of(page)
    node = reverse("ganeti:node-detail", args=("athens", "node1"))
    assert staff.get(node).status_code == 302


def test_a_cluster_has_its_properties_groups_and_nodes(
    staff: Client, cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.info |= {
        "default_iallocator": "hail",
        "candidate_pool_size": 10,
        "beparams": {"default": {"maxmem": 128, "vcpus": 1}},
        "ipolicy": ipolicy(),
        "tags": ["ganetimgr:ext:ceph:params:pool:vms", "west"],
    }
    rapi.groups["spare"]["alloc_policy"] = "last_resort"
    publish(cluster)

    page = page_of(staff, "cluster-detail", "athens")
    properties = facts(page.select_one('[aria-labelledby="properties"]'))
    spare = page.select_one("#group-2")

    assert properties["Allocator"] == "hail"
    assert properties["Default parameters of machines"] == "maxmem=128 , vcpus=1"
    assert properties["Storage providers"] == "ceph pool=vms"
    assert "Memory, GiB 0.12 – 64" in properties["Sizes of machines"]  # noqa: RUF001
    assert facts(spare)["Allocation policy"] == "last resort"
    assert "Under maintenance" in text_of(spare)
    assert len(page.select("table.nodes tbody tr")) == 3


def network_with_map() -> dict[str, object]:
    return pool("public", "default", free=250) | {
        "map": "XX" + "." * 8 + "XX" + "." * 243 + "X",
        "external_reservations": "192.0.2.0, 192.0.2.1, 192.0.2.255",
    }


def test_a_network_shows_who_has_each_address(
    staff: Client, cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.networks = [network_with_map()]
    rapi.change("web1", **{"nic.networks.names": ["public"]})
    publish(cluster)

    page = page_of(staff, "network-detail", "athens", "public")
    rows = {
        text_of(row.th): text_of(row.td) for row in page.select(".addresses tbody tr")
    }

    assert rows == {
        "192.0.2.0": "Reserved",
        "192.0.2.1": "Reserved",
        "192.0.2.10": "web1",
        "192.0.2.11": "In use, not by a machine",
        "192.0.2.255": "Reserved",
    }
    used = page.select_one(".map-used")
    assert used and used["d"] == "M10 0h2v.9h-2z"


@pytest.mark.parametrize(
    ("query", "addresses"),
    [
        ("?q=web1", ["192.0.2.10"]),
        ("?q=2.11", ["192.0.2.11"]),
        ("?state=other", ["192.0.2.11"]),
        ("?state=nonsense&q=nothing", []),
    ],
)
def test_addresses_of_a_network_are_searched(
    staff: Client, cluster: Cluster, rapi: FakeRapi, query: str, addresses: list[str]
) -> None:
    rapi.networks = [network_with_map()]
    rapi.change("web1", **{"nic.networks.names": ["public"]})
    publish(cluster)

    page = page_of(staff, "network-detail", "athens", "public", query=query)

    assert [text_of(row.th) for row in page.select(".addresses tbody tr")] == addresses


def test_owners_do_not_see_networks(
    client: Client, alice: User, cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.networks = [network_with_map()]
    publish(cluster)
    client.force_login(alice)

    address = reverse("ganeti:network-detail", args=("athens", "public"))

    assert client.get(address).status_code == 404


def test_an_unknown_network_is_not_found(staff: Client, published: FakeRapi) -> None:
    address = reverse("ganeti:network-detail", args=("athens", "none"))

    assert staff.get(address).status_code == 404


def test_the_list_is_empty_without_clusters(staff: Client) -> None:
    assert "No clusters yet" in text_of(page_of(staff, "cluster-list"))
