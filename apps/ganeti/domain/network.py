"""Networks, and the IPv6 address derived from a MAC address."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import Self

from . import values
from .values import Values

# Ganeti has networks up to /16.
MAX_ADDRESSES = 65536
# Letters of an address map.
FREE, USED, RESERVED = ".", "X", "R"


@dataclass(frozen=True, slots=True)
class GanetiNetwork:
    """A network that Ganeti manages (gnt-network).

    ``address_map`` has a letter for each address: FREE, USED or RESERVED. Addresses are
    reserved by Ganeti, as the gateway's, or by its administrators.
    """

    name: str
    uuid: str
    network: str
    gateway: str
    network6: str
    free: int
    reserved: int
    tags: tuple[str, ...]
    groups: tuple[tuple[str, str, str], ...]  # (node group, mode, link)
    gateway6: str = ""
    address_map: str = ""

    @classmethod
    def from_rapi(cls, row: Values) -> Self:
        """Build from a row of ``GET /2/networks?bulk=1``; raises UnreadableError."""
        return cls(
            name=values.name(row),
            uuid=values.uuid(row),
            network=values.text(row, "network"),
            gateway=values.text(row, "gateway"),
            network6=values.text(row, "network6"),
            free=values.integer(row, "free_count") or 0,
            reserved=values.integer(row, "reserved_count") or 0,
            tags=values.texts(row, "tags"),
            groups=tuple(map(_connection, values.items(row, "group_list"))),
            gateway6=values.text(row, "gateway6"),
            address_map=_address_map(row),
        )

    @property
    def has_pool(self) -> bool:
        """Whether Ganeti assigns addresses of this network, even if none is free."""
        return bool(self.network) and self.free + self.reserved > 0

    def connection(self, group: str) -> tuple[str, str] | None:
        """Return mode and link of a node group, or None if it is not connected."""
        for name, mode, link in self.groups:
            if name == group:
                return mode, link
        return None


def _address_map(row: Values) -> str:
    """Return Ganeti's map, in which reserved addresses count as used, with both."""
    letters = values.text(row, "map", MAX_ADDRESSES)
    # Each with a comma and a space.
    reserved = values.text(row, "external_reservations", MAX_ADDRESSES * 17)
    try:
        first = int(IPv4Address(values.text(row, "network").partition("/")[0]))
        offsets = {int(IPv4Address(text)) - first for text in reserved.split(", ")}
    except ValueError:
        return letters
    return "".join(
        RESERVED if letter == USED and offset in offsets else letter
        for offset, letter in enumerate(letters)
    )


def _connection(value: object) -> tuple[str, str, str]:
    """Parse a node group with mode and link; newer versions add a VLAN."""
    match value:
        case [str(group), str(mode), str(link), *_]:
            return group, mode, link
    raise values.UnreadableError("group_list", value)


def eui64(prefix: IPv6Network, mac: str) -> IPv6Address | None:
    """Return the address that stateless configuration gives ``mac`` in ``prefix``.

    RFC 4291, appendix A: the universal bit is flipped and ``fffe`` goes in the
    middle. None if ``mac`` is invalid, or the prefix is longer than 64 bits.
    """
    try:
        octets = bytes.fromhex(mac.replace(":", ""))
    except ValueError:
        return None
    if len(octets) != 6 or prefix.prefixlen > 64:
        return None
    identifier = bytes([octets[0] ^ 2]) + octets[1:3] + b"\xff\xfe" + octets[3:]
    return prefix[int.from_bytes(identifier)]
