"""Addresses of a network: which are taken, and by which instance."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from typing import Any

from django.core.paginator import Page, Paginator

from ..domain.instance import Instance, natural_key
from ..domain.network import FREE, RESERVED, GanetiNetwork
from ..state.snapshots import Contents

PAGE_SIZE = 50
# States of an address; "other": taken, but by no instance that we know.
INSTANCE, RESERVED_STATE, OTHER = STATES = ("instance", "reserved", "other")


@dataclass(frozen=True, slots=True)
class AddressEntry:
    """An address that is not free."""

    address: str
    state: str
    instance: Instance | None = None

    @property
    def search_text(self) -> str:
        name = self.instance.name if self.instance else ""
        return f"{self.address}\n{name}".lower()


def taken_addresses(contents: Contents, network: GanetiNetwork) -> list[AddressEntry]:
    """Return the addresses that are not free, in their order."""
    by_address = {
        nic.ip: instance
        for instance in contents.instances.values()
        for nic in instance.nics
        if nic.ip and nic.network == network.name
    }
    states = dict(_taken(network)) | dict.fromkeys(by_address, INSTANCE)
    entries = [
        AddressEntry(address, state, by_address.get(address))
        for address, state in states.items()
    ]
    return sorted(entries, key=_order)


def _taken(network: GanetiNetwork) -> Iterator[tuple[str, str]]:
    """Yield the taken addresses of the map, and whether they are reserved."""
    try:
        first = IPv4Address(network.network.partition("/")[0])
    except ValueError:
        return
    for offset, letter in enumerate(network.address_map):
        if letter != FREE:
            state = RESERVED_STATE if letter == RESERVED else OTHER
            yield str(first + offset), state


def _order(entry: AddressEntry) -> tuple[Any, ...]:
    """Sort by number, IPv4 first, and what is no address last."""
    try:
        address = ip_address(entry.address)
    except ValueError:
        return 1, 0, natural_key(entry.address)
    return 0, address.version, int(address)


def page(
    entries: Iterable[AddressEntry], *, search: str, state: str, number: int
) -> Page[AddressEntry]:
    """Return a page of the addresses in a state that match all words."""
    words = search.lower().split()
    matching = [
        entry
        for entry in entries
        if state in ("", entry.state)
        and all(word in entry.search_text for word in words)
    ]
    return Paginator(matching, PAGE_SIZE).get_page(max(1, number))
