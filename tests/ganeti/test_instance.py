from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ganeti.domain.instance import (
    CONFIG_FIELDS,
    HYPERVISOR_PARAMETERS,
    Disk,
    Instance,
    Nic,
    State,
)
from tests.ganeti.fakes import STATUSES
from tests.ganeti.query_fields import instance_fields

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def machine(name: str = "web1", **changes: Any) -> Instance:
    fields = {"pnode.group": "default"} | instance_fields(name, **changes)
    return Instance.from_rapi(fields, cluster="athens", tag_prefix="ganetimgr")


def instance_with_status(
    status: str | None, previous: Instance | None = None
) -> Instance:
    row = {"name": "web1", "status": status, "oper_state": None}
    return machine().with_live_state(row, previous, NOON)


@pytest.mark.parametrize(
    ("status", "state", "running"),
    [
        ("running", State.RUNNING, True),
        ("ADMIN_down", State.STOPPED, False),
        ("ADMIN_offline", State.OFFLINE, False),
        ("ERROR_up", State.ERROR_UP, True),
        ("ERROR_down", State.ERROR_DOWN, False),
        ("USER_down", State.USER_DOWN, False),
        ("ERROR_nodedown", State.NODE_DOWN, None),
        ("ERROR_nodeoffline", State.NODE_OFFLINE, None),
        ("ERROR_wrongnode", State.WRONG_NODE, True),
        ("ERROR_of_the_future", State.UNKNOWN, None),
        (None, State.UNKNOWN, None),
    ],
)
def test_the_status_is_mapped_to_a_state(
    status: str | None, state: State, running: bool | None
) -> None:
    instance = instance_with_status(status)

    assert (instance.state, instance.running) == (state, running)


def test_the_state_is_unknown_without_live_fields() -> None:
    assert machine().state is State.UNKNOWN


@pytest.mark.parametrize("status", ["ERROR_nodedown", "ERROR_nodeoffline", None])
def test_a_silent_node_keeps_the_last_state_and_its_time(status: str | None) -> None:
    instance = instance_with_status(status, previous=instance_with_status("running"))

    assert instance.running is None
    assert (instance.last_seen, instance.seen_at) == (State.RUNNING, NOON)


def test_the_last_state_is_kept_during_a_long_silence() -> None:
    silent = instance_with_status(
        "ERROR_nodedown", previous=instance_with_status("running")
    )
    updated = machine().with_live_state(
        {"status": "ERROR_nodedown"}, silent, datetime.now(UTC)
    )

    assert (updated.last_seen, updated.seen_at) == (State.RUNNING, NOON)


def test_a_new_state_clears_the_last_state() -> None:
    silent = instance_with_status(
        "ERROR_nodedown", previous=instance_with_status("running")
    )

    instance = instance_with_status("ADMIN_down", previous=silent)

    assert (instance.state, instance.last_seen) == (State.STOPPED, None)


def test_old_versions_name_the_memory_be_memory() -> None:
    assert machine(be_maxmem=None, be_memory=512).memory_mib == 512


def test_disks_and_interfaces_keep_their_order() -> None:
    instance = machine(
        disk_sizes=[1024, 2048],
        disk_names=[None, "data"],
        nic_macs=["aa:00:00:00:00:01", "aa:00:00:00:00:02"],
        nic_ips=["192.0.2.10", None],
        nic_links=["br0", "br1"],
        nic_modes=["bridged", "bridged"],
        nic_networks_names=["public", None],
    )

    assert instance.disks == (Disk(1024, ""), Disk(2048, "data"))
    assert instance.disk_mib == 3072
    assert instance.nics[0] == Nic(
        "aa:00:00:00:00:01", "192.0.2.10", "br0", "bridged", "public"
    )
    assert instance.ips == ("192.0.2.10",)


def test_missing_network_and_disk_names_are_accepted() -> None:
    instance = machine(nic_networks_names=None, disk_names=None)

    assert [nic.mac for nic in instance.nics] == ["aa:00:00:00:00:01"]
    assert [disk.size_mib for disk in instance.disks] == [10240]


@given(st.data())
def test_any_field_may_be_missing(data: st.DataObject) -> None:
    missing = data.draw(st.sets(st.sampled_from(CONFIG_FIELDS[1:])))
    fields = {"pnode.group": "default"} | instance_fields("web1")
    row = {k: None if k in missing else v for k, v in fields.items()}

    instance = Instance.from_rapi(row, cluster="athens", tag_prefix="ganetimgr")

    assert instance.name == "web1"
    assert instance.search_text


def test_names_sort_naturally() -> None:
    names = ["web10", "Web2", "web1", "db1"]

    instances = sorted(map(machine, names), key=lambda instance: instance.sort_key)

    assert [instance.name for instance in instances] == ["db1", "web1", "Web2", "web10"]


LETTERS = st.characters(categories=["L", "N", "P"], exclude_characters="/")
NAMES = st.text(LETTERS, min_size=1, max_size=10)


@given(st.lists(NAMES, max_size=6))
def test_arbitrary_names_can_be_sorted(names: list[str]) -> None:
    instances = sorted(map(machine, names), key=lambda instance: instance.sort_key)

    assert sorted(instance.name for instance in instances) == sorted(names)


@pytest.mark.parametrize(
    ("hvparams", "from_cdrom"),
    [
        ({"boot_order": "disk", "cdrom_image_path": "/iso"}, False),
        ({"boot_order": "cdrom", "cdrom_image_path": "/iso"}, True),
        ({"boot_order": "cdrom", "cdrom_image_path": ""}, False),
        ({"boot_order": "cdrom:disk", "cdrom_image_path": "http://x/iso"}, True),
        ({"boot_order": "dc", "cdrom_image_path": "/iso"}, True),
        ({"boot_order": "cd", "cdrom_image_path": "/iso"}, False),
        ({}, False),
    ],
)
def test_a_boot_from_cdrom_needs_the_order_and_a_cdrom(
    hvparams: dict[str, str], from_cdrom: bool
) -> None:
    fields: dict[str, Any] = {
        f"hv_{name}": hvparams.get(name) for name in HYPERVISOR_PARAMETERS
    }

    assert machine(**fields).boots_from_cdrom is from_cdrom


def test_search_text_has_name_address_owner_and_node() -> None:
    text = machine("Web1", tags=["ganetimgr:user:Alice"]).search_text

    for word in ("web1", "192.0.2.10", "alice", "node1", "aa:00:00:00:00:01"):
        assert word in text


def test_every_state_of_ganeti_is_known() -> None:
    assert all(
        instance_with_status(status).state is not State.UNKNOWN for status in STATUSES
    )
