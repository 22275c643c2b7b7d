"""Parse client addresses and group them into the networks that one person holds."""

from collections.abc import Iterable
from functools import cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TypeAlias

# The longest an address can be written, without a zone: eight groups, the last two
# in decimal.
MAX_LENGTH = 45
SUBNET_BITS, SITE_BITS = 64, 48

Address: TypeAlias = IPv4Address | IPv6Address


def parse(text: str) -> Address | None:
    """Return an address without its zone, or None if it is invalid.

    IPv4-mapped addresses are returned as IPv4.

    A zone ("%eth0") names an interface of the host that wrote it and may be of any
    length.
    """
    bare, _percent, _zone = text[: MAX_LENGTH + 1].partition("%")
    if len(bare) > MAX_LENGTH:
        return None
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def subnet(text: str) -> str:
    """Return an IPv4 address, or the /64 that an IPv6 address is in.

    Whoever has one address of a /64 has all of it.
    """
    address = parse(text)
    if isinstance(address, IPv6Address):
        return _network(address, SUBNET_BITS)
    return str(address or "")


def site(text: str) -> str:
    """Return the /48 of an IPv6 address; empty for others.

    One customer may have all 65,536 subnets of it; so may a whole university.
    """
    address = parse(text)
    return _network(address, SITE_BITS) if isinstance(address, IPv6Address) else ""


def _network(address: IPv6Address, bits: int) -> str:
    return str(IPv6Network((address.packed, bits), strict=False))


def is_in(address: Address, networks: Iterable[str]) -> bool:
    """Return whether an address is in one of the networks."""
    return any(address in _parsed(network) for network in networks)


@cache  # of settings
def _parsed(network: str) -> IPv4Network | IPv6Network:
    return ip_network(network)
