"""Address pools of gnt-network."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field


@dataclass(slots=True)
class Connection:
    """How a network reaches a node group."""

    group: str
    mode: str
    link: str
    vlan: str = ""


@dataclass(slots=True)
class Network:
    """One network; ``used`` holds offsets of addresses that instances have."""

    name: str
    uuid: str
    network: str
    gateway: str | None = None
    network6: str | None = None
    gateway6: str | None = None
    connections: list[Connection] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    used: set[int] = field(default_factory=set)
    reserved: set[int] = field(default_factory=set)
    ctime: float = 0
    serial_no: int = 1
    _next: int = 0

    def __post_init__(self) -> None:
        self.reserved |= {0, self.size - 1}
        if self.gateway:
            self.reserved.add(self.offset(self.gateway))

    @property
    def subnet(self) -> ipaddress.IPv4Network:
        return ipaddress.IPv4Network(self.network)

    @property
    def size(self) -> int:
        return self.subnet.num_addresses

    def offset(self, address: str) -> int:
        return int(ipaddress.IPv4Address(address)) - int(self.subnet.network_address)

    def contains(self, address: str) -> bool:
        return ipaddress.IPv4Address(address) in self.subnet

    def address(self, offset: int) -> str:
        return str(self.subnet.network_address + offset)

    def is_free(self, address: str) -> bool:
        return self.offset(address) not in self.used | self.reserved

    def take(self, address: str) -> None:
        self.used.add(self.offset(address))

    def release(self, address: str) -> None:
        offset = self.offset(address)
        self.used.discard(offset)
        self._next = min(self._next, offset)

    def restore(self, used: set[int]) -> None:
        """Go back to an earlier state of the pool."""
        self.used, self._next = used, 0

    def take_next(self) -> str | None:
        """Take the lowest free address, or None when all are taken."""
        for offset in range(self._next, self.size):
            if offset not in self.used and offset not in self.reserved:
                self.used.add(offset)
                self._next = offset + 1
                return self.address(offset)
        return None

    @property
    def taken_count(self) -> int:
        return len(self.used | self.reserved)

    def map(self) -> str:
        """Draw every address: ``X`` taken, ``.`` free."""
        taken = self.used | self.reserved
        return "".join("X" if at in taken else "." for at in range(self.size))

    def connection(self, group: str) -> Connection | None:
        for connection in self.connections:
            if connection.group == group:
                return connection
        return None
