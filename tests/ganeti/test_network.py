from ipaddress import IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ganeti.domain.network import GanetiNetwork, eui64

PREFIX = IPv6Network("2001:db8:1:2::/64")


def test_an_address_is_derived_from_prefix_and_mac() -> None:
    assert eui64(PREFIX, "aa:00:00:12:34:56") == IPv6Address(
        "2001:db8:1:2:a800:ff:fe12:3456"
    )


@pytest.mark.parametrize("mac", ["", "aa:00", "gg:00:00:00:00:00", "no mac at all"])
def test_an_invalid_mac_gives_no_address(mac: str) -> None:
    assert eui64(PREFIX, mac) is None


def test_a_prefix_longer_than_64_bits_gives_no_address() -> None:
    assert eui64(IPv6Network("2001:db8::/96"), "aa:00:00:12:34:56") is None


@given(st.binary(min_size=6, max_size=6))
def test_every_mac_gives_an_address_inside_the_prefix(octets: bytes) -> None:
    address = eui64(PREFIX, octets.hex(":"))

    assert address in PREFIX


def test_a_network_without_prefix_or_gateway_is_read() -> None:
    network = GanetiNetwork.from_rapi(
        {"name": "public", "network6": None, "group_list": [["g1", "bridged", "br0"]]}
    )

    assert network.network6 == ""
    assert network.groups == (("g1", "bridged", "br0"),)


def test_a_vlan_is_left_out() -> None:
    network = GanetiNetwork.from_rapi(
        {"name": "public", "group_list": [["g1", "openvswitch", "br0", ".100"]]}
    )

    assert network.groups == (("g1", "openvswitch", "br0"),)


def test_the_address_map_tells_reserved_addresses_from_used_ones() -> None:
    network = GanetiNetwork.from_rapi(
        {
            "name": "small",
            "network": "192.0.2.8/29",
            "map": "XXX..X.X",
            "external_reservations": "192.0.2.8, 192.0.2.9, 192.0.2.15",
        }
    )

    assert network.address_map == "RRX..X.R"


@pytest.mark.parametrize("reserved", [None, "", "none, at all", "::1"])
def test_unreadable_reservations_leave_the_map_as_it_is(reserved: str | None) -> None:
    row = {"name": "small", "network": "192.0.2.8/29", "map": "XX......"}

    network = GanetiNetwork.from_rapi(row | {"external_reservations": reserved})

    assert network.address_map == "XX......"
