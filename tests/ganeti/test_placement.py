"""What a cluster offers for a machine, from its snapshot alone."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache

from apps.ganeti.models import Cluster, Network
from apps.ganeti.reads import placement
from apps.ganeti.reads.placement import Choice, GroupChoice, Offer, Wanted
from apps.ganeti.state import refreshing, snapshots
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.placement import ipolicy, pool
from tests.ganeti.query_fields import node_fields


@pytest.fixture
def rapi(rapi: FakeRapi) -> FakeRapi:
    """Return Ganeti with two node groups that take machines, and three networks."""
    rapi.groups["spare"]["tags"] = ["vg:slow"]
    rapi.groups["default"]["tags"] = ["vg:fast", "vg:slow"]
    rapi.groups["default"]["ipolicy"] = ipolicy()
    rapi.groups["spare"]["ipolicy"] = ipolicy("plain")
    rapi.networks = [pool("one", "default"), pool("two", "spare"), pool("full", free=0)]
    rapi.networks[2]["group_list"] = [["default", "bridged", "br9", ""]]
    return rapi


def offer(
    cluster: Cluster, group: str = "", memory_mib: int = 1024, **sizes: int
) -> Offer:
    refreshing.refresh(cluster, force=True)
    shot = snapshots.current([cluster])[0]
    ours = list(Network.objects.all())
    return Offer(shot, Wanted(memory_mib, **sizes), ours, group)


def of_version(found: Offer, version: str) -> Offer:
    """Return the offer of a cluster that runs another version of Ganeti."""
    known = found.snapshot.known
    assert known is not None
    info = replace(known.contents.info, version=version)
    known = replace(known, contents=replace(known.contents, info=info))
    return replace(found, snapshot=replace(found.snapshot, known=known))


def usable(choices: Any) -> list[str]:
    return [choice.value for choice in choices if not choice.off]


def off(choices: Any) -> dict[str, str]:
    return {choice.value: str(choice.off) for choice in choices if choice.off}


def group_of(found: Offer, name: str) -> GroupChoice:
    return next(choice for choice in found.groups if choice.value == name)


# -- node groups


@pytest.mark.usefixtures("rapi")
def test_a_group_says_what_its_nodes_have_to_give(cluster: Cluster) -> None:
    found = group_of(offer(cluster), "default")

    assert (found.nodes, found.nodes_out) == (2, 0)
    assert (found.memory_free_mib, found.memory_largest_mib) == (65536, 32768)
    assert (found.disk_free_mib, found.cpus) == (1048576, 32)
    assert found.vcpus_given == 5
    assert found.policy == "preferred"


def test_nodes_that_take_no_machines_do_not_count(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.nodes["node1"] |= {"offline": True, "mfree": None}
    rapi.nodes["node9"] = node_fields("node9", drained=True)

    found = group_of(offer(cluster), "default")

    assert (found.nodes, found.nodes_out, found.memory_free_mib) == (1, 2, 32768)


def test_a_locked_group_is_off(cluster: Cluster, rapi: FakeRapi) -> None:
    rapi.lock_group("spare")

    assert off(offer(cluster).groups) == {"spare": "Under maintenance."}


@pytest.mark.parametrize(
    ("policy", "is_off"),
    [("preferred", False), ("last_resort", False), ("unallocable", True)],
)
def test_a_policy_may_keep_machines_out(
    cluster: Cluster, rapi: FakeRapi, policy: str, is_off: bool
) -> None:
    rapi.groups["spare"]["alloc_policy"] = policy

    assert ("spare" in off(offer(cluster).groups)) == is_off


def test_a_group_without_a_node_for_it_is_off(cluster: Cluster, rapi: FakeRapi) -> None:
    rapi.nodes["node3"]["drained"] = True

    assert "spare" in off(offer(cluster).groups)


def test_a_machine_outside_of_the_policy_is_told_its_bounds(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.groups["spare"]["ipolicy"] = ipolicy(memory=512)

    assert off(offer(cluster).groups) == {
        "spare": "Memory must be from 128 to 512 MiB here."
    }


@pytest.mark.usefixtures("rapi")
def test_a_machine_larger_than_what_is_free_has_no_room(cluster: Cluster) -> None:
    found = off(offer(cluster, memory_mib=40000).groups)

    assert found["default"].endswith("The most available is 32768 MiB.")
    assert found[""] == "No suitable node group."


def test_nodes_that_do_not_say_are_no_bar(cluster: Cluster, rapi: FakeRapi) -> None:
    rapi.nodes["node3"]["mfree"] = None

    found = group_of(offer(cluster, memory_mib=40000), "spare")

    assert (found.off, found.memory_free_mib) == ("", None)


# -- networks


@pytest.mark.usefixtures("rapi")
def test_only_networks_of_the_group_can_be_chosen(cluster: Cluster) -> None:
    assert usable(offer(cluster, "default").networks) == ["one", ""]
    assert usable(offer(cluster, "spare").networks) == ["two", ""]
    assert usable(offer(cluster).networks) == ["one", "two", ""]


@pytest.mark.usefixtures("rapi")
def test_a_full_network_is_off(cluster: Cluster) -> None:
    assert off(offer(cluster, "default").networks) == {
        "full": "All addresses are in use.",
        "two": "Not connected to the node group.",
    }


def test_a_network_without_a_pool_is_never_full(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.networks[2] |= {"network": None, "free_count": None, "reserved_count": None}

    assert "full" in usable(offer(cluster).networks)


@pytest.mark.parametrize("version", ["2.4.5", "2.5.2", "2.6.1"])
@pytest.mark.usefixtures("rapi")
def test_networks_of_ganeti_are_off_where_it_has_none(
    cluster: Cluster, version: str
) -> None:
    found = of_version(offer(cluster), version)

    assert off(found.networks) == {":": "Networks require Ganeti 2.7."}


@pytest.mark.usefixtures("rapi")
def test_a_cluster_whose_ganeti_gives_new_machines_no_tags_is_off(
    cluster: Cluster,
) -> None:
    found = of_version(offer(cluster), "2.4.5")

    choices = placement.clusters([found.snapshot])

    assert off(choices) == {
        "athens": "Setting owners of new machines requires Ganeti 2.5."
    }


@pytest.mark.usefixtures("rapi")
def test_a_network_says_what_is_left_of_it(cluster: Cluster) -> None:
    found = {choice.value: choice.note for choice in offer(cluster).networks}

    assert found["one"] == "10 addresses free, 246 in use, routed to-one"


def links(cluster: Cluster) -> tuple[Network, Network]:
    made = [
        Network.objects.create(cluster=cluster, description=text, link=link, mode=mode)
        for text, link, mode in (("Lab", "br1", "bridged"), ("Out", "out", "routed"))
    ]
    return made[0], made[1]


@pytest.mark.usefixtures("rapi")
def test_without_gnt_network_ours_are_offered_the_default_first(
    cluster: Cluster,
) -> None:
    _lab, out = links(cluster)
    cluster.use_gnt_network = False
    out.cluster_default = True
    out.save()

    assert usable(offer(cluster).networks) == ["routed:out", "bridged:br1", ""]


@pytest.mark.usefixtures("rapi")
def test_the_network_that_was_asked_for_is_chosen_first(cluster: Cluster) -> None:
    lab, _out = links(cluster)
    cluster.use_gnt_network = False

    assert offer(cluster).default_network(lab) == "bridged:br1"
    assert offer(cluster).default_network(None) == "bridged:br1"


@pytest.mark.usefixtures("rapi")
def test_a_pool_stands_for_the_network_of_its_link(cluster: Cluster) -> None:
    alike = Network.objects.create(
        cluster=cluster, description="Two", link="to-two", mode="routed"
    )

    assert offer(cluster).default_network(alike) == "two"
    assert offer(cluster, "default").default_network(alike) == "one"


# -- disks


def test_templates_are_those_of_cluster_and_policy(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.info["enabled_disk_templates"] = ["drbd", "file", "plain"]

    found = offer(cluster, "default").templates

    assert usable(found) == ["drbd", "plain"]
    assert off(found) == {"file": "Not allowed by the node group's policy."}


@pytest.mark.usefixtures("rapi")
def test_a_mirror_needs_two_nodes(cluster: Cluster) -> None:
    alone = offer(cluster, "spare")

    assert usable(alone.templates) == ["plain"]

    refreshed = offer(cluster, "default")
    assert "drbd" in usable(refreshed.templates)


def test_external_storage_is_offered_by_its_providers(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.info["enabled_disk_templates"] = ["ext"]
    for group in rapi.groups.values():
        group["ipolicy"] = ipolicy("ext")
    rapi.info["tags"] = ["ganetimgr:ext:rbd9", "ganetimgr:ext:rbd9:params:pool:vms"]

    assert offer(cluster).templates == [Choice("ext:rbd9", "ext: rbd9", "", "pool=vms")]

    rapi.info["tags"] = []
    snapshots.forget()
    cache.clear()
    assert "ext" in off(offer(cluster).templates)


@pytest.mark.usefixtures("rapi")
def test_volume_groups_are_those_of_the_group(cluster: Cluster) -> None:
    assert usable(offer(cluster, "default").volume_groups) == ["", "fast", "slow"]
    assert usable(offer(cluster, "spare").volume_groups) == ["", "slow"]
    assert usable(offer(cluster).volume_groups) == ["", "slow"]


# -- clusters


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"disabled": True}, "It is disabled."),
        ({"disable_instance_creation": True}, "It doesn't accept new machines."),
        ({"can_write": False}, "This site has read-only access to it."),
        ({"can_write": None}, ""),
    ],
)
@pytest.mark.usefixtures("published")
def test_a_cluster_may_be_off(
    cluster: Cluster, changes: dict[str, Any], reason: str
) -> None:
    for name, value in changes.items():
        setattr(cluster, name, value)

    (choice,) = placement.clusters(snapshots.current([cluster]))

    assert choice.off == reason


def test_a_cluster_that_is_away_is_off(cluster: Cluster, published: FakeRapi) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)

    fresh = Cluster.objects.select_related("refresh_state").get()
    (choice,) = placement.clusters(snapshots.current([fresh]))

    assert choice.off == "It isn't responding."


@pytest.mark.usefixtures("published")
def test_clusters_of_fast_creation_come_first_where_that_matters(
    cluster: Cluster,
) -> None:
    fast = Cluster(slug="zeta", hostname="zeta.example.org", fast_create=True)
    fast.save()
    refreshing.refresh(fast, force=True)
    shots = snapshots.current([cluster, fast])

    assert [c.value for c in placement.clusters(shots)] == ["athens", "zeta"]
    assert placement.clusters(shots, fast_first=True)[0].value == "zeta"
