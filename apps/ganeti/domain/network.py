"""Networks, and the IPv6 address that a MAC gives an instance in a prefix."""

from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class GanetiNetwork:
    """A network that Ganeti manages (gnt-network)."""

    name: str
    uuid: str
    network: str
    gateway: str
    network6: str
    free: int
    reserved: int
    tags: tuple[str, ...]
    groups: tuple[tuple[str, str, str], ...]  # (node group, mode, link)

    @classmethod
    def from_rapi(cls, row: dict[str, Any]) -> Self:
        """Build from a row of ``GET /2/networks?bulk=1``."""
        return cls(
            name=row["name"],
            uuid=row.get("uuid") or "",
            network=row.get("network") or "",
            gateway=row.get("gateway") or "",
            network6=row.get("network6") or "",
            free=row.get("free_count") or 0,
            reserved=row.get("reserved_count") or 0,
            tags=tuple(row.get("tags") or ()),
            groups=tuple(tuple(g[:3]) for g in row.get("group_list") or ()),
        )

    def connection(self, group: str) -> tuple[str, str] | None:
        """Return mode and link by which a node group reaches it; None: it does not."""
        found = [(mode, link) for name, mode, link in self.groups if name == group]
        return found[0] if found else None


def eui64(prefix: IPv6Network, mac: str) -> IPv6Address | None:
    """Return the address that stateless configuration gives ``mac`` in ``prefix``.

    RFC 4291, appendix A: the universal bit is flipped and ``fffe`` goes in the
    middle. None when ``mac`` is none, or the prefix is longer than 64 bits.
    """
    try:
        octets = bytes.fromhex(mac.replace(":", ""))
    except ValueError:
        return None
    if len(octets) != 6 or prefix.prefixlen > 64:
        return None
    identifier = bytes([octets[0] ^ 2]) + octets[1:3] + b"\xff\xfe" + octets[3:]
    return prefix[int.from_bytes(identifier)]
