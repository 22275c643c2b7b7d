"""Virtual machines."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

from natsort import natsort_keygen, ns

from apps.work.aware_datetime import AwareDatetime

from . import values
from .tags import Tags
from .values import Values

# Natural order: web2 before web10.
natural_key = natsort_keygen(alg=ns.IGNORECASE)
# KVM has words ("cdrom", "disk"), Xen letters ("dc": CD-ROM, then disk).
_CDROM_FIRST = re.compile(r"cdrom|d[acn]*$")


class State(StrEnum):
    """The actual state of an instance, compared with its configured one."""

    RUNNING = "running"
    STOPPED = "stopped"
    OFFLINE = "offline"
    ERROR_UP = "error_up"  # running, should be stopped
    ERROR_DOWN = "error_down"  # stopped, should be running
    USER_DOWN = "user_down"  # its user shut it down from within
    NODE_DOWN = "node_down"
    NODE_OFFLINE = "node_offline"
    WRONG_NODE = "wrong_node"
    UNKNOWN = "unknown"


# Ganeti's names (``doc/rapi.rst``, instance field ``status``).
_STATES = {
    "running": State.RUNNING,
    "ADMIN_down": State.STOPPED,
    "ADMIN_offline": State.OFFLINE,
    "ERROR_up": State.ERROR_UP,
    "ERROR_down": State.ERROR_DOWN,
    "USER_down": State.USER_DOWN,
    "ERROR_nodedown": State.NODE_DOWN,
    "ERROR_nodeoffline": State.NODE_OFFLINE,
    "ERROR_wrongnode": State.WRONG_NODE,
}
RUNNING_STATES = frozenset({State.RUNNING, State.ERROR_UP, State.WRONG_NODE})
UNKNOWN_STATES = frozenset({State.UNKNOWN, State.NODE_DOWN, State.NODE_OFFLINE})

# Disk templates that other nodes have or reach too (Ganeti's ``DTS_MIRRORED``).
_MIRRORED = frozenset(
    {"blockdev", "diskless", "drbd", "ext", "gluster", "rbd", "sharedfile"}
)

# Those that pages show and change. All eighty of a hypervisor would make up nine
# tenths of an answer.
HYPERVISOR_PARAMETERS = (
    "boot_order",
    "cdrom_image_path",
    "disk_type",
    "kernel_args",
    "nic_type",
    "root_path",
    "use_localtime",
)
_HYPERVISOR_FIELDS = {name: f"hv/{name}" for name in HYPERVISOR_PARAMETERS}

# Answered from the configuration in memory, even if nodes are down.
CONFIG_FIELDS = (
    "name",
    "uuid",
    "admin_state",
    "be/memory",
    "be/maxmem",
    "be/vcpus",
    "disk.sizes",
    "disk.names",
    "nic.macs",
    "nic.ips",
    "nic.links",
    "nic.modes",
    "nic.networks.names",
    "disk_template",
    "hypervisor",
    "os",
    "pnode",
    "snodes",
    "pnode.group",
    "tags",
    "ctime",
    "mtime",
    "network_port",
    *_HYPERVISOR_FIELDS.values(),
)
_TEXT_FIELDS = ("hypervisor", "os", "pnode", "pnode.group")
# Each takes a call to every node, and waits for the slowest.
LIVE_FIELDS = ("name", "status", "oper_state")


@dataclass(frozen=True, slots=True)
class Nic:
    """A network interface; ``network`` is the name of a gnt-network, or empty."""

    mac: str
    ip: str
    link: str
    mode: str
    network: str


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk; its index is its position in the list."""

    size_mib: int
    name: str


@dataclass(frozen=True)
class Instance:
    """A virtual machine: its configuration in Ganeti, and its state on the node.

    While no node reports its state, ``last_seen`` is the last state reported, at
    ``seen_at``.
    """

    cluster: str  # the cluster's slug
    name: str
    uuid: str
    admin_state: str
    memory_mib: int
    vcpus: int
    disks: tuple[Disk, ...]
    nics: tuple[Nic, ...]
    disk_template: str
    hypervisor: str
    os: str
    primary_node: str
    secondary_nodes: tuple[str, ...]
    group: str
    tags: Tags
    created_at: AwareDatetime | None
    changed_at: AwareDatetime | None
    network_port: int | None
    hvparams: tuple[tuple[str, str | int | float | bool], ...]
    state: State = State.UNKNOWN
    last_seen: State | None = None
    seen_at: AwareDatetime | None = None

    @classmethod
    def from_rapi(cls, row: Values, *, cluster: str, tag_prefix: str) -> Self:
        """Build from a row of CONFIG_FIELDS; Ganeti reports memory and disk in MiB.

        Raises UnreadableError.
        """
        maximum = values.integer(row, "be/maxmem")
        memory = values.integer(row, "be/memory")
        hypervisor, os, node, group = values.text_fields(row, _TEXT_FIELDS)
        return cls(
            cluster=cluster,
            name=values.name(row),
            uuid=values.uuid(row),
            admin_state=_admin_state(row),
            memory_mib=maximum or memory or 0,
            vcpus=values.integer(row, "be/vcpus") or 0,
            disks=_disks(row),
            nics=_nics(row),
            disk_template=values.text(row, "disk_template", values.MAX_TEMPLATE_LENGTH),
            hypervisor=hypervisor,
            os=os,
            primary_node=node,
            secondary_nodes=values.texts(row, "snodes"),
            group=group,
            tags=Tags.parse(values.texts(row, "tags"), tag_prefix),
            created_at=values.timestamp(row, "ctime"),
            changed_at=values.timestamp(row, "mtime"),
            network_port=values.integer(row, "network_port"),
            hvparams=_hypervisor_parameters(row),
        )

    def with_live_state(
        self, row: Values, previous: "Instance | None", at: datetime | None
    ) -> Self:
        """Return the instance with the state in a row of LIVE_FIELDS.

        ``previous`` is the instance at the time ``at``, which has the last state in
        case that no node reports one now.
        """
        status = row["status"]
        state = State.UNKNOWN
        if isinstance(status, str):
            state = _STATES.get(status, State.UNKNOWN)
        if state in UNKNOWN_STATES:
            return self.with_unknown_state(previous, at, state)
        return replace(self, state=state)

    def with_state_of(self, previous: "Instance") -> Self:
        """Return the instance with the state of a previous one."""
        return replace(
            self,
            state=previous.state,
            last_seen=previous.last_seen,
            seen_at=previous.seen_at,
        )

    def with_unknown_state(
        self,
        previous: "Instance | None",
        at: datetime | None,
        state: State = State.UNKNOWN,
    ) -> Self:
        """Return the instance with a state that no node reports."""
        if previous is None:
            return replace(self, state=state)
        if previous.state in UNKNOWN_STATES:
            last_seen, at = previous.last_seen, previous.seen_at
        else:
            last_seen = previous.state
        return replace(self, state=state, last_seen=last_seen, seen_at=at)

    @property
    def running(self) -> bool | None:
        """Whether it runs; None if no node reports it."""
        return None if self.state in UNKNOWN_STATES else self.state in RUNNING_STATES

    @property
    def migratable(self) -> bool:
        """Whether it can be migrated to another node while running."""
        return bool(self.running) and self.mirrored

    @property
    def mirrored(self) -> bool:
        """Whether other nodes have its disks, or reach them too."""
        return self.disk_template in _MIRRORED

    @property
    def disk_mib(self) -> int:
        return sum(disk.size_mib for disk in self.disks)

    @property
    def ips(self) -> tuple[str, ...]:
        return tuple(nic.ip for nic in self.nics if nic.ip)

    @property
    def hypervisor_parameters(self) -> dict[str, Any]:
        return dict(self.hvparams)

    @property
    def boots_from_cdrom(self) -> bool:
        """Whether the boot order starts with the CD-ROM and there is one."""
        parameters = self.hypervisor_parameters
        order = str(parameters.get("boot_order") or "")
        return bool(_CDROM_FIRST.match(order) and parameters.get("cdrom_image_path"))

    @property
    def changing(self) -> bool:
        """Whether the configured and the actual state differ."""
        return self.state in {State.ERROR_UP, State.ERROR_DOWN, State.WRONG_NODE}

    @cached_property
    def sort_key(self) -> Any:
        return natural_key(self.name)

    @cached_property
    def owner_text(self) -> str:
        """Names of owners, in lower case."""
        return "\n".join((*self.tags.users, *self.tags.groups)).lower()

    @cached_property
    def search_text(self) -> str:
        """All texts that a search covers, in lower case."""
        texts = (
            self.name,
            self.cluster,
            self.primary_node,
            *self.secondary_nodes,
            *self.ips,
            *(nic.mac for nic in self.nics),
            *self.tags.users,
            *self.tags.groups,
            self.os,
            self.uuid,
        )
        return "\n".join(texts).lower()


def _admin_state(row: Values) -> str:
    """Return the configured state: up, down or offline.

    Before 2.6 Ganeti reports it as a boolean.
    """
    value = row.get("admin_state")
    if isinstance(value, bool):
        return "up" if value else "down"
    return values.text(row, "admin_state")


def _hypervisor_parameters(row: Values) -> tuple[tuple[str, Any], ...]:
    """Return the parameters that the instance's hypervisor has."""
    return tuple(values.scalars(row, _HYPERVISOR_FIELDS))


def _disks(row: Values) -> tuple[Disk, ...]:
    sizes = values.integers(row, "disk.sizes")
    names = _padded(values.optional_texts(row, "disk.names"), len(sizes))
    return tuple(Disk(size, name) for size, name in zip(sizes, names, strict=True))


def _nics(row: Values) -> tuple[Nic, ...]:
    macs = values.optional_texts(row, "nic.macs")
    columns = [
        _padded(values.optional_texts(row, field), len(macs))
        for field in ("nic.ips", "nic.links", "nic.modes", "nic.networks.names")
    ]
    return tuple(
        Nic(mac, ip, link, mode, network)
        for mac, ip, link, mode, network in zip(macs, *columns, strict=True)
    )


def _padded(texts: tuple[str, ...], length: int) -> tuple[str, ...]:
    """Pad a list field that a version lacks or reports shorter."""
    if len(texts) == length:
        return texts
    return (*texts[:length], *("" for _ in range(length - len(texts))))
