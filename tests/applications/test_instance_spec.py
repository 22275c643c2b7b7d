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
    """Return the arguments of a creation; ``around`` are changes of the context."""
    context = {"tag_prefix": "ganetimgr", "image": DEBIAN, "keys": KEYS}
    build_context = BuildContext(**context | changes.pop("around", {}))
    return new_instance(application(**changes), build_context).arguments()


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


def test_an_application_becomes_parameters_in_the_units_of_ganeti() -> None:
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
    ("nic_network", "group", "nics"),
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
    nic_network: str, group: str, nics: list[dict[str, str]]
) -> None:
    body = arguments(
        nic_network=nic_network, node_group=group, around={"networks": NETWORKS}
    )

    assert body["nics"] == nics


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
    body = arguments(disk_template=template, volume_group="ssd")

    assert body["disks"] == disks
    in_tags = "ganetimgr:vg:ssd" in body["tags"]
    assert in_tags is (template in {"plain", "drbd"})


def test_a_disk_of_a_provider_gets_the_parameters_of_the_clusters_tags() -> None:
    providers = {"shared": {"pool": "vms", "provider": "mine"}, "other": {"a": "b"}}

    body = arguments(
        disk_template="ext",
        storage_provider="shared",
        around={"storage_providers": providers},
    )

    assert body["disks"] == [{"size": 10240, "pool": "vms", "provider": "shared"}]


def test_a_disk_of_an_unknown_provider_names_it() -> None:
    body = arguments(disk_template="ext", storage_provider="shared")

    assert body["disks"] == [{"size": 10240, "provider": "shared"}]


def test_a_chosen_node_group_is_named_and_left_to_ganeti_otherwise() -> None:
    assert arguments(node_group="fast")["group_name"] == "fast"
    assert not {"group_name", "pnode", "snode"} & arguments().keys()


@pytest.mark.parametrize(
    ("template", "node_parameters"),
    [("plain", {"pnode": "b"}), ("drbd", {"pnode": "b", "snode": "a"})],
)
def test_the_emptiest_nodes_are_named_if_ganeti_takes_no_group(
    template: str, node_parameters: dict[str, str]
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

    body = arguments(
        node_group="fast",
        disk_template=template,
        around={"takes_group": False, "nodes": {node.name: node for node in nodes}},
    )

    assert {key: body.get(key) for key in node_parameters} == node_parameters
    assert "group_name" not in body


def test_keys_go_as_files_to_the_users_of_a_snf_image() -> None:
    body = arguments(around={"image": SNF})

    assert body["os_type"] == "snf-image+default"
    (file,) = json.loads(body["osparams"]["img_personality"])
    assert file["path"] == "/root/.ssh/authorized_keys"


def test_a_machine_without_operating_system_is_neither_installed_nor_started() -> None:
    body = arguments(around={"image": None, "unused_os": "image+default"})

    assert body["os_type"] == "image+default"
    assert body["osparams"] == {}
    assert body["no_install"] is True
    assert body["start"] is False


def test_nothing_is_started_if_the_setting_says_so() -> None:
    assert arguments(around={"start": False})["start"] is False


def test_tags_name_owner_application_organization_and_service() -> None:
    body = arguments(
        organization=Organization(tag="physics"),
        hosts_mail_server=True,
        around={"tag_prefix": "vps"},
    )

    assert body["tags"] == [
        "vps:user:alice",
        "vps:application:7",
        "vps:org:physics",
        "vps:service:mail",
    ]


def test_an_unsaved_application_has_no_application_tag() -> None:
    assert arguments(pk=None)["tags"] == ["ganetimgr:user:alice"]
