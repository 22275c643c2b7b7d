"""Choices for a new machine on a cluster, from its snapshot."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache

from apps.ganeti.models import Cluster, Network
from apps.ganeti.reads import placement
from apps.ganeti.reads.placement import (
    Choice,
    GroupChoice,
    PlacementOptions,
    RequestedSizes,
)
from apps.ganeti.state import refreshing, snapshots
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.placement import ipolicy, pool
from tests.ganeti.query_fields import node_fields


@pytest.fixture
def rapi(rapi: FakeRapi) -> FakeRapi:
    """Return the RAPI with two usable node groups and three networks."""
    rapi.groups["spare"]["tags"] = ["vg:slow"]
    rapi.groups["default"]["tags"] = ["vg:fast", "vg:slow"]
    rapi.groups["default"]["ipolicy"] = ipolicy()
    rapi.groups["spare"]["ipolicy"] = ipolicy("plain")
    rapi.networks = [pool("one", "default"), pool("two", "spare"), pool("full", free=0)]
    rapi.networks[2]["group_list"] = [["default", "bridged", "br9", ""]]
    return rapi


def placement_options(
    cluster: Cluster, group: str = "", memory_mib: int = 1024, **sizes: int
) -> PlacementOptions:
    refreshing.refresh(cluster, force=True)
    snapshot = snapshots.current([cluster])[0]
    networks = list(Network.objects.all())
    return PlacementOptions(
        snapshot, RequestedSizes(memory_mib, **sizes), networks, group
    )


def with_version(options: PlacementOptions, version: str) -> PlacementOptions:
    """Return the offer of a cluster that runs another version of Ganeti."""
    current = options.snapshot.published
    assert current is not None
    info = replace(current.contents.info, version=version)
    current = replace(current, contents=replace(current.contents, info=info))
    return replace(options, snapshot=replace(options.snapshot, published=current))


def usable(choices: Any) -> list[str]:
    return [choice.value for choice in choices if not choice.unavailable_reason]


def unavailable_reasons(choices: Any) -> dict[str, str]:
    return {
        choice.value: str(choice.unavailable_reason)
        for choice in choices
        if choice.unavailable_reason
    }


def group_of(options: PlacementOptions, name: str) -> GroupChoice:
    return next(choice for choice in options.groups if choice.value == name)


# -- node groups


@pytest.mark.usefixtures("rapi")
def test_a_group_has_the_totals_of_its_nodes(cluster: Cluster) -> None:
    group = group_of(placement_options(cluster), "default")

    assert (group.nodes, group.nodes_unavailable) == (2, 0)
    assert (group.memory_free_mib, group.memory_largest_mib) == (65536, 32768)
    assert (group.disk_free_mib, group.cpus) == (1048576, 32)
    assert group.vcpus_allocated == 5
    assert group.policy == "preferred"


def test_offline_and_drained_nodes_do_not_count(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.nodes["node1"] |= {"offline": True, "mfree": None}
    rapi.nodes["node9"] = node_fields("node9", drained=True)

    group = group_of(placement_options(cluster), "default")

    assert (group.nodes, group.nodes_unavailable, group.memory_free_mib) == (
        1,
        2,
        32768,
    )


def test_a_locked_group_is_off(cluster: Cluster, rapi: FakeRapi) -> None:
    rapi.lock_group("spare")

    assert unavailable_reasons(placement_options(cluster).groups) == {
        "spare": "Under maintenance."
    }


@pytest.mark.parametrize(
    ("policy", "is_off"),
    [("preferred", False), ("last_resort", False), ("unallocable", True)],
)
def test_a_group_that_is_unallocable_is_off(
    cluster: Cluster, rapi: FakeRapi, policy: str, is_off: bool
) -> None:
    rapi.groups["spare"]["alloc_policy"] = policy

    assert ("spare" in unavailable_reasons(placement_options(cluster).groups)) == is_off


def test_a_group_without_usable_nodes_is_off(cluster: Cluster, rapi: FakeRapi) -> None:
    rapi.nodes["node3"]["drained"] = True

    assert "spare" in unavailable_reasons(placement_options(cluster).groups)


def test_sizes_outside_of_the_policy_show_its_bounds(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.groups["spare"]["ipolicy"] = ipolicy(memory=512)

    assert unavailable_reasons(placement_options(cluster).groups) == {
        "spare": "Memory must be from 128 to 512 MiB here."
    }


@pytest.mark.usefixtures("rapi")
def test_a_group_without_enough_memory_is_off(cluster: Cluster) -> None:
    reasons = unavailable_reasons(placement_options(cluster, memory_mib=40000).groups)

    assert reasons["default"].endswith("The most available is 32768 MiB.")
    assert reasons[""] == "No suitable node group."


def test_a_node_without_live_data_does_not_turn_its_group_off(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.nodes["node3"]["mfree"] = None

    group = group_of(placement_options(cluster, memory_mib=40000), "spare")

    assert (group.unavailable_reason, group.memory_free_mib) == ("", None)


# -- networks


@pytest.mark.usefixtures("rapi")
def test_only_networks_of_the_group_can_be_chosen(cluster: Cluster) -> None:
    assert usable(placement_options(cluster, "default").networks) == ["one", ""]
    assert usable(placement_options(cluster, "spare").networks) == ["two", ""]
    assert usable(placement_options(cluster).networks) == ["one", "two", ""]


@pytest.mark.usefixtures("rapi")
def test_a_full_network_is_off(cluster: Cluster) -> None:
    assert unavailable_reasons(placement_options(cluster, "default").networks) == {
        "full": "All addresses are in use.",
        "two": "Not connected to the node group.",
    }


def test_a_network_without_a_pool_is_never_full(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.networks[2] |= {"network": None, "free_count": None, "reserved_count": None}

    assert "full" in usable(placement_options(cluster).networks)


@pytest.mark.parametrize("version", ["2.4.5", "2.5.2", "2.6.1"])
@pytest.mark.usefixtures("rapi")
def test_networks_are_off_before_ganeti_2_7(cluster: Cluster, version: str) -> None:
    options = with_version(placement_options(cluster), version)

    assert unavailable_reasons(options.networks) == {
        ":": "Networks require Ganeti 2.7."
    }


@pytest.mark.usefixtures("rapi")
def test_a_cluster_before_ganeti_2_5_is_off(
    cluster: Cluster,
) -> None:
    options = with_version(placement_options(cluster), "2.4.5")

    choices = placement.cluster_choices([options.snapshot])

    assert unavailable_reasons(choices) == {
        "athens": "Setting owners of new machines requires Ganeti 2.5."
    }


@pytest.mark.usefixtures("rapi")
def test_a_network_shows_its_free_addresses(cluster: Cluster) -> None:
    notes = {
        choice.value: choice.note for choice in placement_options(cluster).networks
    }

    assert notes["one"] == "10 addresses free, 246 in use, routed to-one"


def create_networks(cluster: Cluster) -> tuple[Network, Network]:
    networks = [
        Network.objects.create(cluster=cluster, description=text, link=link, mode=mode)
        for text, link, mode in (("Lab", "br1", "bridged"), ("Out", "out", "routed"))
    ]
    return networks[0], networks[1]


@pytest.mark.usefixtures("rapi")
def test_without_gnt_network_our_networks_are_offered_default_first(
    cluster: Cluster,
) -> None:
    _lab, out = create_networks(cluster)
    cluster.use_gnt_network = False
    out.cluster_default = True
    out.save()

    assert usable(placement_options(cluster).networks) == [
        "routed:out",
        "bridged:br1",
        "",
    ]


@pytest.mark.usefixtures("rapi")
def test_the_requested_network_is_the_default(cluster: Cluster) -> None:
    lab, _out = create_networks(cluster)
    cluster.use_gnt_network = False

    assert placement_options(cluster).default_network(lab) == "bridged:br1"
    assert placement_options(cluster).default_network(None) == "bridged:br1"


@pytest.mark.usefixtures("rapi")
def test_a_requested_network_selects_the_pool_of_its_link(cluster: Cluster) -> None:
    alike = Network.objects.create(
        cluster=cluster, description="Two", link="to-two", mode="routed"
    )

    assert placement_options(cluster).default_network(alike) == "two"
    assert placement_options(cluster, "default").default_network(alike) == "one"


# -- disks


def test_templates_must_be_allowed_by_cluster_and_policy(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.info["enabled_disk_templates"] = ["drbd", "file", "plain"]

    templates = placement_options(cluster, "default").templates

    assert usable(templates) == ["drbd", "plain"]
    assert unavailable_reasons(templates) == {
        "file": "Not allowed by the node group's policy."
    }


@pytest.mark.usefixtures("rapi")
def test_drbd_needs_two_nodes(cluster: Cluster) -> None:
    one_node = placement_options(cluster, "spare")

    assert usable(one_node.templates) == ["plain"]

    two_nodes = placement_options(cluster, "default")
    assert "drbd" in usable(two_nodes.templates)


def test_external_storage_is_offered_per_provider(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.info["enabled_disk_templates"] = ["ext"]
    for group in rapi.groups.values():
        group["ipolicy"] = ipolicy("ext")
    rapi.info["tags"] = ["ganetimgr:ext:rbd9", "ganetimgr:ext:rbd9:params:pool:vms"]

    assert placement_options(cluster).templates == [
        Choice("ext:rbd9", "ext: rbd9", "", "pool=vms")
    ]

    rapi.info["tags"] = []
    snapshots.clear_memory()
    cache.clear()
    assert "ext" in unavailable_reasons(placement_options(cluster).templates)


@pytest.mark.usefixtures("rapi")
def test_volume_groups_are_those_of_the_group(cluster: Cluster) -> None:
    assert usable(placement_options(cluster, "default").volume_groups) == [
        "",
        "fast",
        "slow",
    ]
    assert usable(placement_options(cluster, "spare").volume_groups) == ["", "slow"]
    assert usable(placement_options(cluster).volume_groups) == ["", "slow"]


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

    (choice,) = placement.cluster_choices(snapshots.current([cluster]))

    assert choice.unavailable_reason == reason


def test_a_cluster_that_is_down_is_off(cluster: Cluster, published: FakeRapi) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)

    reloaded = Cluster.objects.select_related("refresh_state").get()
    (choice,) = placement.cluster_choices(snapshots.current([reloaded]))

    assert choice.unavailable_reason == "It isn't responding."


@pytest.mark.usefixtures("published")
def test_clusters_with_fast_creation_can_come_first(
    cluster: Cluster,
) -> None:
    fast = Cluster(slug="zeta", hostname="zeta.example.org", fast_create=True)
    fast.save()
    refreshing.refresh(fast, force=True)
    current = snapshots.current([cluster, fast])

    assert [c.value for c in placement.cluster_choices(current)] == ["athens", "zeta"]
    assert placement.cluster_choices(current, fast_first=True)[0].value == "zeta"
