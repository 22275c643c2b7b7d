"""From an application to the parameters of OpInstanceCreate, field by field."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from apps.accounts.models import Organization
from apps.applications.instance_spec import BuildContext, new_instance
from apps.ganeti.domain.network import GanetiNetwork
from apps.ganeti.domain.node import Node
from apps.ganeti.domain.osimage import OsImage, SshKeys
from tests.applications.specs import application

KEYS = SshKeys("https://vps.example.org/application/7/c/ssh_keys", "ssh-ed25519 AA\n")
DEBIAN = OsImage("debian", "Debian", "image+default", {"img_id": "deb"}, "keys_url")
SNF = OsImage("snf", "Debian", "snf-image+default", {}, "", ("root",))


def arguments(**changes: Any) -> Mapping[str, Any]:
    """Return what is asked for; ``around`` are changes of the surroundings."""
    given = {"tag_prefix": "ganetimgr", "image": DEBIAN, "keys": KEYS}
    around = BuildContext(**given | changes.pop("around", {}))
    return new_instance(application(**changes), around).arguments()


POOL = {"network": "192.0.2.0/24", "free_count": 5, "reserved_count": 251}


def network(name: str, *groups: tuple[str, str, str]) -> GanetiNetwork:
    return GanetiNetwork.from_rapi({"name": name, "group_list": groups, **POOL})


def node(name: str, free_mib: int | None, **changes: Any) -> Node:
    row = {
        "name": name,
        "uuid": name,
        "role": "R",
        "group": "fast",
        "offline": False,
        "drained": False,
        "vm_capable": True,
        "pinst_cnt": 0,
        "sinst_cnt": 0,
        "tags": [],
    }
    live = {"mtotal": None, "mfree": free_mib, "dtotal": None, "dfree": None}
    return Node.from_rapi(row | changes, live | {"ctotal": None})


NETWORKS = (
    network("public", ("fast", "routed", "pub"), ("slow", "bridged", "br0")),
    network("private", ("fast", "openvswitch", "sw1")),
    network("vlan:100", ("fast", "bridged", "br1")),
    network("bridged:br7", ("fast", "bridged", "br7")),
    GanetiNetwork.from_rapi({"name": "only6", "network6": "2001:db8::/64"}),
)


def test_what_was_asked_for_goes_to_ganeti_in_its_units() -> None:
    assert arguments() == {
        "mode": "create",
        "instance_name": "web1.example.org",
        "disk_template": "plain",
        "disks": [{"size": 10240}],
        "nics": [],
        "beparams": {"memory": 2048, "vcpus": 2},
        "os_type": "image+default",
        "osparams": {"img_id": "deb", "keys_url": KEYS.url},
        "no_install": False,
        "start": True,
        "wait_for_sync": False,
        "tags": ["ganetimgr:user:alice", "ganetimgr:application:7"],
    }


@pytest.mark.parametrize(
    ("chosen", "group", "nics"),
    [
        ("", "", []),
        ("public", "fast", [{"network": "public", "ip": "pool"}]),
        ("public", "", [{"network": "public", "ip": "pool"}]),
        ("public", "slow", [{"network": "public", "ip": "pool"}]),
        ("private", "fast", [{"network": "private", "ip": "pool"}]),
        ("only6", "fast", [{"network": "only6"}]),
        ("unknown", "fast", [{"network": "unknown"}]),
        ("vlan:100", "fast", [{"network": "vlan:100", "ip": "pool"}]),
        ("bridged:br7", "fast", [{"network": "bridged:br7", "ip": "pool"}]),
        ("bridged:br8", "fast", [{"mode": "bridged", "link": "br8"}]),
        ("routed:table5", "", [{"mode": "routed", "link": "table5"}]),
    ],
)
def test_the_nic_takes_an_address_wherever_the_network_has_a_pool(
    chosen: str, group: str, nics: list[dict[str, str]]
) -> None:
    made = arguments(
        nic_network=chosen, node_group=group, around={"networks": NETWORKS}
    )

    assert made["nics"] == nics


@pytest.mark.parametrize(
    ("template", "disks"),
    [
        ("plain", [{"size": 10240, "vg": "ssd"}]),
        ("drbd", [{"size": 10240, "vg": "ssd", "metavg": "ssd"}]),
        ("file", [{"size": 10240}]),
        ("diskless", []),
    ],
)
def test_a_volume_group_goes_to_disks_that_are_logical_volumes(
    template: str, disks: list[dict[str, Any]]
) -> None:
    made = arguments(disk_template=template, volume_group="ssd")

    assert made["disks"] == disks
    in_tags = "ganetimgr:vg:ssd" in made["tags"]
    assert in_tags is (template in {"plain", "drbd"})


def test_a_disk_of_a_provider_gets_the_parameters_of_the_clusters_tags() -> None:
    providers = {"shared": {"pool": "vms", "provider": "mine"}, "other": {"a": "b"}}

    made = arguments(
        disk_template="ext",
        storage_provider="shared",
        around={"storage_providers": providers},
    )

    assert made["disks"] == [{"size": 10240, "pool": "vms", "provider": "shared"}]


def test_a_disk_of_a_provider_of_which_nothing_is_known_names_it() -> None:
    made = arguments(disk_template="ext", storage_provider="shared")

    assert made["disks"] == [{"size": 10240, "provider": "shared"}]


def test_a_chosen_node_group_is_named_and_left_to_ganeti_otherwise() -> None:
    assert arguments(node_group="fast")["group_name"] == "fast"
    assert not {"group_name", "pnode", "snode"} & arguments().keys()


@pytest.mark.parametrize(
    ("template", "place"),
    [("plain", {"pnode": "b"}), ("drbd", {"pnode": "b", "snode": "a"})],
)
def test_where_no_group_can_be_named_its_emptiest_nodes_are(
    template: str, place: dict[str, str]
) -> None:
    nodes = [
        node("a", 1000),
        node("b", 2000),
        node("away", 9000, offline=True),
        node("drained", 9000, drained=True),
        node("other", 9000, group="slow"),
        node("silent", None),
        node("storage", 9000, vm_capable=False),
    ]

    made = arguments(
        node_group="fast",
        disk_template=template,
        around={"takes_group": False, "nodes": {each.name: each for each in nodes}},
    )

    assert {key: made.get(key) for key in place} == place
    assert "group_name" not in made


def test_keys_go_as_files_to_the_users_of_a_snf_image() -> None:
    made = arguments(around={"image": SNF})

    assert made["os_type"] == "snf-image+default"
    (file,) = json.loads(made["osparams"]["img_personality"])
    assert file["path"] == "/root/.ssh/authorized_keys"


def test_a_machine_without_operating_system_is_neither_installed_nor_started() -> None:
    made = arguments(around={"image": None, "unused_os": "image+default"})

    assert made["os_type"] == "image+default"
    assert made["osparams"] == {}
    assert made["no_install"] is True
    assert made["start"] is False


def test_nothing_is_started_where_the_site_does_not_start_new_machines() -> None:
    assert arguments(around={"start": False})["start"] is False


def test_tags_say_whose_it_is_and_what_it_is_for() -> None:
    made = arguments(
        organization=Organization(tag="physics"),
        hosts_mail_server=True,
        around={"tag_prefix": "vps"},
    )

    assert made["tags"] == [
        "vps:user:alice",
        "vps:application:7",
        "vps:org:physics",
        "vps:service:mail",
    ]


def test_an_application_that_is_only_tried_has_no_number_to_name() -> None:
    assert arguments(pk=None)["tags"] == ["ganetimgr:user:alice"]
