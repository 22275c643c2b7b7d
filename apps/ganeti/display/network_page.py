"""The page of a network: its addresses as a map and as a list."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Self

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.web.lists import LONGEST, Chip, Choices, Listed, number
from apps.web.stored_text import Text

from ..domain.network import FREE, RESERVED, USED, GanetiNetwork
from ..reads.network_addresses import (
    INSTANCE,
    OTHER,
    RESERVED_STATE,
    STATES,
    AddressEntry,
)
from . import instance_page, labels
from .usage import level_of

STATE_LABELS = Choices(
    {
        INSTANCE: pgettext_lazy("address", "Machine"),
        RESERVED_STATE: pgettext_lazy("address", "Reserved"),
        OTHER: pgettext_lazy("address", "In use, not by a machine"),
    }
)
# Addresses in a row of the map, by the largest number of addresses.
_COLUMNS = ((256, 32), (1024, 64), (4096, 128), (65536, 512))
_CLASSES = {FREE: "free", USED: "used", RESERVED: "reserved"}


@dataclass(frozen=True)
class NetworkView:
    """A network with its counts, for the page of the cluster and its own."""

    cluster: str
    network: GanetiNetwork

    @property
    def address(self) -> str:
        return reverse("ganeti:network-detail", args=(self.cluster, self.network.name))

    @cached_property
    def _counts(self) -> Mapping[str, int]:
        return Counter(self.network.address_map)

    @property
    def free(self) -> int:
        return self.network.free

    @property
    def reserved(self) -> int:
        return self._counts[RESERVED]

    @property
    def used(self) -> int:
        return self.network.reserved - self.reserved

    @property
    def percent(self) -> int:
        total = self.network.free + self.network.reserved
        return self.network.reserved * 100 // total if total else 0

    @property
    def level(self) -> str:
        return level_of(self.percent)

    @property
    def connections(self) -> list[str]:
        return [
            f"{group}: {mode} {link}".rstrip()
            for group, mode, link in self.network.groups
        ]

    @cached_property
    def map(self) -> "AddressMap | None":
        letters = self.network.address_map
        return AddressMap(letters) if letters else None


@dataclass(frozen=True)
class AddressMap:
    """The map as paths of an SVG image, one for each state."""

    letters: str

    @cached_property
    def columns(self) -> int:
        size = len(self.letters)
        return next((n for most, n in _COLUMNS if size <= most), _COLUMNS[-1][1])

    @property
    def rows(self) -> int:
        return -(-len(self.letters) // self.columns)

    @property
    def paths(self) -> Iterator[tuple[str, str]]:
        """Yield the name and the path of each state."""
        shapes: dict[str, list[str]] = {letter: [] for letter in _CLASSES}
        for letter, x, y, length in self._runs():
            shapes.setdefault(letter, []).append(f"M{x} {y}h{length}v.9h-{length}z")
        for letter, parts in shapes.items():
            if parts:
                yield _CLASSES.get(letter, "used"), "".join(parts)

    def _runs(self) -> Iterator[tuple[str, int, int, int]]:
        """Yield state, column, row and length of adjacent addresses in one state."""
        for row in range(self.rows):
            line = self.letters[row * self.columns : (row + 1) * self.columns]
            column = 0
            for letter, group in groupby(line):
                length = len(list(group))
                yield letter, column, row, length
                column += length


@dataclass(frozen=True, slots=True)
class AddressQuery(Listed):
    """Search, filter and page in the URL; invalid values count as absent."""

    q: str = ""
    state: str = ""
    sort: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        state = query.get("state", "")
        return cls(
            q=query.get("q", "").strip()[:LONGEST],
            state=state if state in STATES else "",
            page=max(1, number(query.get("page", ""), 1)),
        )

    @property
    def filtered(self) -> bool:
        return bool(self.q or self.state)

    def chips(self) -> Iterator[Chip]:
        filters: dict[str, tuple[Text, Text]] = {
            "q": (_("Search"), self.q),
            "state": (_("State"), STATE_LABELS.get(self.state, "")),
        }
        for key, (label, value) in filters.items():
            if value:
                yield Chip(label, value, self.address(**{key: ""}))


@dataclass(frozen=True, slots=True)
class AddressRow:
    """An address as a line."""

    address: str
    state: str
    label: Text
    name: str = ""
    url: str = ""
    dot: str = ""


def address_rows(entries: Iterable[AddressEntry]) -> Iterator[AddressRow]:
    for entry in entries:
        label = STATE_LABELS[entry.state]
        instance = entry.instance
        if instance is None:
            yield AddressRow(entry.address, entry.state, label)
        else:
            yield AddressRow(
                entry.address,
                entry.state,
                label,
                instance.name,
                instance_page.address(instance),
                labels.DOTS[instance.state],
            )
