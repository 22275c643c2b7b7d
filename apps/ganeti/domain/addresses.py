"""Searches for MAC and IPv6 addresses in any notation."""

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
    """Return a MAC in Ganeti's notation, ``aa:00:00:00:00:01``, or None."""
    digits = re.sub(r"[:.-]", "", text.lower())
    if not _MAC.fullmatch(digits):
        return None
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def parse_prefix(text: str) -> IPv6Network | None:
    """Parse an IPv6 network; None if it is invalid."""
    try:
        return IPv6Network(text, strict=False)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class IPv6Search:
    """A search for an IPv6 address or network, or for a part of an address as text."""

    part: str
    network: IPv6Network | None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Parse a word of a search; None if it is neither.

        With a prefix length it is the network, or the address if it has host bits.
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

    def matches(self, addresses: Collection[IPv6Address]) -> bool:
        """Return whether one of the addresses matches."""
        return any(map(self._matches, addresses))

    def _matches(self, address: IPv6Address) -> bool:
        if self.network is not None:
            return address in self.network
        return self.part in str(address)


def ipv6_addresses(nic: Nic, prefixes: Iterable[IPv6Network]) -> Iterator[IPv6Address]:
    """Yield the IPv6 address of a NIC, and those derived from its MAC in prefixes."""
    if ":" in nic.ip:
        with contextlib.suppress(ValueError):
            yield IPv6Address(nic.ip)
    for prefix in prefixes:
        derived = eui64(prefix, nic.mac)
        if derived is not None:
            yield derived
