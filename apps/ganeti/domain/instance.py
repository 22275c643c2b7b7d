"""One virtual machine, at the moment the cluster was asked."""

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

_natural = natsort_keygen(alg=ns.IGNORECASE)
# KVM writes words ("cdrom", "disk"), Xen letters ("dc": CD-ROM, then disk).
_CDROM_FIRST = re.compile(r"cdrom|d[acn]*$")


class State(StrEnum):
    """What a machine is doing, beside what it should be doing."""

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


# Ganeti's words (``doc/rapi.rst``, instance field ``status``).
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
RUNNING = frozenset({State.RUNNING, State.ERROR_UP, State.WRONG_NODE})
NOT_SEEN = frozenset({State.UNKNOWN, State.NODE_DOWN, State.NODE_OFFLINE})

# Whose disks another node has, or reaches too (Ganeti's ``DTS_MIRRORED``).
_MIRRORED = frozenset(
    {"blockdev", "diskless", "drbd", "ext", "gluster", "rbd", "sharedfile"}
)

# Those that pages show and change: of each hypervisor's there are eighty, which made
# nine tenths of an answer.
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

# Answered from the configuration in memory, even when nodes are down.
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
# Each costs a call to every node and waits for the slowest.
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
    """A disk by its place in the list."""

    size_mib: int
    name: str


@dataclass(frozen=True)
class Instance:
    """A virtual machine: what Ganeti's configuration says, and what its node saw.

    While no node tells its state, ``last_seen`` is the state when one last did, at
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
        maximum, memory = values.whole(row, "be/maxmem"), values.whole(row, "be/memory")
        hypervisor, os, node, group = values.several(row, _TEXT_FIELDS)
        return cls(
            cluster=cluster,
            name=values.name(row),
            uuid=values.uuid(row),
            admin_state=_admin_state(row),
            memory_mib=maximum or memory or 0,
            vcpus=values.whole(row, "be/vcpus") or 0,
            disks=_disks(row),
            nics=_nics(row),
            disk_template=values.text(row, "disk_template", values.LONGEST_TEMPLATE),
            hypervisor=hypervisor,
            os=os,
            primary_node=node,
            secondary_nodes=values.texts(row, "snodes"),
            group=group,
            tags=Tags.parse(values.texts(row, "tags"), tag_prefix),
            created_at=values.moment(row, "ctime"),
            changed_at=values.moment(row, "mtime"),
            network_port=values.whole(row, "network_port"),
            hvparams=_hypervisor_parameters(row),
        )

    def seen(self, row: Values, before: "Instance | None", at: datetime | None) -> Self:
        """Return the instance with what a row of LIVE_FIELDS says.

        ``before`` is the instance as it was known at ``at``: where no node answers
        now, it tells what was seen last.
        """
        status = row["status"]
        known = _STATES.get(status) if isinstance(status, str) else None
        state = known or State.UNKNOWN
        if state in NOT_SEEN:
            return self.unseen(before, at, state)
        return replace(self, state=state)

    def remembering(self, before: "Instance") -> Self:
        """Return the instance with the state that it had before."""
        return replace(
            self, state=before.state, last_seen=before.last_seen, seen_at=before.seen_at
        )

    def unseen(
        self,
        before: "Instance | None",
        at: datetime | None,
        state: State = State.UNKNOWN,
    ) -> Self:
        """Return the instance with a state that nobody knows now."""
        if before is None:
            return replace(self, state=state)
        if before.state in NOT_SEEN:
            last_seen, at = before.last_seen, before.seen_at
        else:
            last_seen = before.state
        return replace(self, state=state, last_seen=last_seen, seen_at=at)

    @property
    def running(self) -> bool | None:
        """Whether it runs; None: nobody knows now."""
        return None if self.state in NOT_SEEN else self.state in RUNNING

    @property
    def migratable(self) -> bool:
        """Whether it could move to another node as it runs now."""
        return bool(self.running) and self.mirrored

    @property
    def mirrored(self) -> bool:
        """Whether another node has its disks, or reaches them too."""
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
        """Whether Ganeti's wish and what the node saw differ."""
        return self.state in {State.ERROR_UP, State.ERROR_DOWN, State.WRONG_NODE}

    @cached_property
    def sort_key(self) -> Any:
        """Natural order: web2 before web10."""
        return _natural(self.name)

    @cached_property
    def owner_text(self) -> str:
        """Names of owners, in lower case."""
        return "\n".join((*self.tags.users, *self.tags.groups)).lower()

    @cached_property
    def search_text(self) -> str:
        """All that a search looks through, in lower case."""
        words = (
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
        return "\n".join(words).lower()


def _admin_state(row: Values) -> str:
    """Return what the instance is meant to be: up, down or offline.

    Before 2.6 Ganeti says only whether it is to be up.
    """
    wanted = row.get("admin_state")
    if isinstance(wanted, bool):
        return "up" if wanted else "down"
    return values.text(row, "admin_state")


def _hypervisor_parameters(row: Values) -> tuple[tuple[str, Any], ...]:
    """Return those that the instance's hypervisor has."""
    return tuple(values.scalars(row, _HYPERVISOR_FIELDS))


def _disks(row: Values) -> tuple[Disk, ...]:
    sizes = values.wholes(row, "disk.sizes")
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
    """Fill up a list field that a version lacks or gives shorter."""
    if len(texts) == length:
        return texts
    known = texts[:length]
    return (*known, *("" for _ in range(length - len(known))))
