"""Addresses as people type them into a search: every spelling means the same."""

import contextlib
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Interface, IPv6Network
from typing import Self

from .instance import Nic
from .network import eui64

_MAC = re.compile(r"[0-9a-f]{12}")


def canonical_mac(text: str) -> str | None:
    """Return a MAC as Ganeti writes it: ``aa:00:00:00:00:01``; None for no MAC."""
    digits = re.sub(r"[:.-]", "", text.lower())
    if not _MAC.fullmatch(digits):
        return None
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def prefix_of(text: str) -> IPv6Network | None:
    """Return an IPv6 network, None if there is none."""
    try:
        return IPv6Network(text, strict=False)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class IPv6Search:
    """An IPv6 address or network to look for, or a part of one as text."""

    part: str
    network: IPv6Network | None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a word of a search; None when it is nothing of the kind.

        With a prefix length it is that address, or all of the network if it is one's.
        """
        word = text.lower().strip("[]")
        if ":" not in word or len(word) > 60:
            return None
        try:
            interface = IPv6Interface(word.partition("%")[0])
        except ValueError:
            return cls(word, None) if word.count(":") > 1 else None
        network = interface.network
        if interface.ip != network.network_address:
            network = IPv6Network(interface.ip)
        return cls(word, network)

    def finds(self, addresses: Collection[IPv6Address]) -> bool:
        """Tell whether one of the addresses is it."""
        return any(map(self._is, addresses))

    def _is(self, address: IPv6Address) -> bool:
        if self.network is not None:
            return address in self.network
        return self.part in str(address)


def ipv6_addresses(nic: Nic, prefixes: Iterable[IPv6Network]) -> Iterator[IPv6Address]:
    """Yield the address that a NIC has, and those that it derives in prefixes."""
    if ":" in nic.ip:
        with contextlib.suppress(ValueError):
            yield IPv6Address(nic.ip)
    for prefix in prefixes:
        derived = eui64(prefix, nic.mac)
        if derived is not None:
            yield derived
