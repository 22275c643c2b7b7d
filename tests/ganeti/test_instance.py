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
from tests.ganeti.fakes import STATUSES, instance_fields

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def machine(name: str = "web1", **changes: Any) -> Instance:
    fields = {"pnode.group": "default"} | instance_fields(name, **changes)
    return Instance.from_rapi(fields, cluster="athens", tag_prefix="ganetimgr")


def seen(status: str | None, before: Instance | None = None) -> Instance:
    row = {"name": "web1", "status": status, "oper_state": None}
    return machine().with_live_state(row, before, NOON)


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
def test_ganetis_word_becomes_a_state(
    status: str | None, state: State, running: bool | None
) -> None:
    found = seen(status)

    assert (found.state, found.running) == (state, running)


def test_before_any_node_answered_the_state_is_unknown() -> None:
    assert machine().state is State.UNKNOWN


@pytest.mark.parametrize("status", ["ERROR_nodedown", "ERROR_nodeoffline", None])
def test_a_silent_node_leaves_what_was_seen_last_and_when(status: str | None) -> None:
    found = seen(status, before=seen("running"))

    assert found.running is None
    assert (found.last_seen, found.seen_at) == (State.RUNNING, NOON)


def test_what_was_seen_last_outlives_a_long_silence() -> None:
    silent = seen("ERROR_nodedown", before=seen("running"))
    later = machine().with_live_state(
        {"status": "ERROR_nodedown"}, silent, datetime.now(UTC)
    )

    assert (later.last_seen, later.seen_at) == (State.RUNNING, NOON)


def test_a_machine_seen_again_forgets_the_silence() -> None:
    silent = seen("ERROR_nodedown", before=seen("running"))

    found = seen("ADMIN_down", before=silent)

    assert (found.state, found.last_seen) == (State.STOPPED, None)


def test_old_versions_give_their_memory_by_its_old_name() -> None:
    assert machine(be_maxmem=None, be_memory=512).memory_mib == 512


def test_disks_and_interfaces_are_read_in_their_order() -> None:
    found = machine(
        disk_sizes=[1024, 2048],
        disk_names=[None, "data"],
        nic_macs=["aa:00:00:00:00:01", "aa:00:00:00:00:02"],
        nic_ips=["192.0.2.10", None],
        nic_links=["br0", "br1"],
        nic_modes=["bridged", "bridged"],
        nic_networks_names=["public", None],
    )

    assert found.disks == (Disk(1024, ""), Disk(2048, "data"))
    assert found.disk_mib == 3072
    assert found.nics[0] == Nic(
        "aa:00:00:00:00:01", "192.0.2.10", "br0", "bridged", "public"
    )
    assert found.ips == ("192.0.2.10",)


def test_a_version_without_network_names_loses_no_interface() -> None:
    found = machine(nic_networks_names=None, disk_names=None)

    assert [nic.mac for nic in found.nics] == ["aa:00:00:00:00:01"]
    assert [disk.size_mib for disk in found.disks] == [10240]


@given(st.data())
def test_any_field_may_be_missing(data: st.DataObject) -> None:
    missing = data.draw(st.sets(st.sampled_from(CONFIG_FIELDS[1:])))
    fields = {"pnode.group": "default"} | instance_fields("web1")
    row = {k: None if k in missing else v for k, v in fields.items()}

    found = Instance.from_rapi(row, cluster="athens", tag_prefix="ganetimgr")

    assert found.name == "web1"
    assert found.search_text


def test_names_sort_as_people_count() -> None:
    names = ["web10", "Web2", "web1", "db1"]

    found = sorted(map(machine, names), key=lambda one: one.sort_key)

    assert [one.name for one in found] == ["db1", "web1", "Web2", "web10"]


LETTERS = st.characters(categories=["L", "N", "P"], exclude_characters="/")
NAMES = st.text(LETTERS, min_size=1, max_size=10)


@given(st.lists(NAMES, max_size=6))
def test_names_sort_whatever_they_are(names: list[str]) -> None:
    found = sorted(map(machine, names), key=lambda one: one.sort_key)

    assert sorted(one.name for one in found) == sorted(names)


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


def test_a_search_looks_at_name_address_owner_and_host() -> None:
    text = machine("Web1", tags=["ganetimgr:user:Alice"]).search_text

    for word in ("web1", "192.0.2.10", "alice", "node1", "aa:00:00:00:00:01"):
        assert word in text


def test_every_state_of_ganeti_is_known() -> None:
    assert all(seen(status).state is not State.UNKNOWN for status in STATUSES)
