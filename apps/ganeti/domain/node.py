"""Nodes and node groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from . import values
from .policy import UNRESTRICTED, Policy

# Of a node group under maintenance.
LOCKED_TAG = "locked"

# Answered from the configuration in memory.
NODE_CONFIG_FIELDS = (
    "name",
    "uuid",
    "role",
    "group",
    "offline",
    "drained",
    "vm_capable",
    "pinst_cnt",
    "sinst_cnt",
    "tags",
)
# Each takes a call to every node.
NODE_LIVE_FIELDS = ("name", "mtotal", "mfree", "dtotal", "dfree", "ctotal")


@dataclass(frozen=True, slots=True)
class Node:
    """A server that runs instances; live values are None if it does not answer."""

    name: str
    uuid: str
    role: str  # M master, C candidate, R regular, D drained, O offline
    group: str
    offline: bool
    drained: bool
    vm_capable: bool
    primary_instances: int
    secondary_instances: int
    tags: tuple[str, ...]
    memory_total_mib: int | None = None
    memory_free_mib: int | None = None
    disk_total_mib: int | None = None
    disk_free_mib: int | None = None
    cpus: int | None = None

    @property
    def takes_machines(self) -> bool:
        """Whether Ganeti puts new instances on it."""
        return self.vm_capable and not (self.offline or self.drained)

    @classmethod
    def from_rapi(
        cls, row: Mapping[str, Any], live: Mapping[str, Any] | None = None
    ) -> Self:
        """Build from a row of NODE_CONFIG_FIELDS and one of NODE_LIVE_FIELDS.

        Raises UnreadableError.
        """
        live_row = live or {}
        return cls(
            name=values.name(row),
            uuid=values.uuid(row),
            role=values.text(row, "role"),
            group=values.text(row, "group"),
            offline=values.boolean(row, "offline") or False,
            drained=values.boolean(row, "drained") or False,
            vm_capable=values.boolean(row, "vm_capable") is not False,
            primary_instances=values.integer(row, "pinst_cnt") or 0,
            secondary_instances=values.integer(row, "sinst_cnt") or 0,
            tags=values.texts(row, "tags"),
            memory_total_mib=values.integer(live_row, "mtotal"),
            memory_free_mib=values.integer(live_row, "mfree"),
            disk_total_mib=values.integer(live_row, "dtotal"),
            disk_free_mib=values.integer(live_row, "dfree"),
            cpus=values.integer(live_row, "ctotal"),
        )


@dataclass(frozen=True, slots=True)
class NodeGroup:
    """A group of nodes among which instances are placed and moved."""

    name: str
    uuid: str
    alloc_policy: str  # preferred, last_resort, unallocable
    tags: tuple[str, ...]
    policy: Policy = UNRESTRICTED

    @classmethod
    def from_rapi(cls, row: Mapping[str, Any]) -> Self:
        """Build from a row of GROUP_FIELDS; raises UnreadableError."""
        return cls(
            name=values.name(row),
            uuid=values.uuid(row),
            alloc_policy=values.text(row, "alloc_policy"),
            tags=values.texts(row, "tags"),
            policy=Policy.from_rapi(values.mapping(row, "ipolicy")),
        )

    @classmethod
    def unreadable(cls, name: str) -> Self:
        """Return a group of which only the name is readable.

        Since it may be under maintenance, it is taken to be.
        """
        return cls(name, "", "unallocable", (LOCKED_TAG,))

    @property
    def locked(self) -> bool:
        """Under maintenance: no new instances, and owners' actions are refused."""
        return LOCKED_TAG in self.tags

    @property
    def volume_groups(self) -> tuple[str, ...]:
        return tuple(t.removeprefix("vg:") for t in self.tags if t.startswith("vg:"))


GROUP_FIELDS = ("name", "uuid", "alloc_policy", "tags", "ipolicy")
