"""Addresses of clients: parsed, and grouped into what one person holds."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# The longest an address can be written, without a zone: eight groups, the last two
# in decimal.
MAX_LENGTH = 45
SUBNET_BITS = 64


def parse(text: str) -> IPv4Address | IPv6Address | None:
    """Return an address without its zone, IPv4-mapped ones as IPv4; None: it is none.

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
        return str(IPv6Network((address.packed, SUBNET_BITS), strict=False))
    return str(address or "")
