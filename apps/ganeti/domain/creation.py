"""New instances, and the parameters of OpInstanceCreate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DISKLESS, DRBD, EXTERNAL = "diskless", "drbd", "ext"
# Templates whose disks are logical volumes.
IN_VOLUME_GROUPS = frozenset({"plain", DRBD})


@dataclass(frozen=True, slots=True)
class NewNic:
    """The NIC of a new instance: in one of Ganeti's networks, or on a link."""

    network: str = ""
    pool: bool = False  # with an address from the network's pool
    mode: str = ""
    link: str = ""

    def arguments(self) -> dict[str, str]:
        if not self.network:
            return {"mode": self.mode, "link": self.link}
        address = {"ip": "pool"} if self.pool else {}
        return {"network": self.network, **address}


@dataclass(frozen=True, slots=True)
class NewInstance:
    """An instance to be created; sizes are MiB.

    ``group`` is a node group, ``nodes`` the primary and secondary node instead of it
    where Ganeti does not accept a group (before 2.13); with neither, its allocator
    chooses among all nodes.

    ``os`` is the OS definition. Ganeti requires one that its nodes have even if
    ``install`` is false.
    """

    name: str
    memory_mib: int
    vcpus: int
    disk_template: str
    disk_mib: int = 0
    volume_group: str = ""
    storage_provider: str = ""
    storage_params: Mapping[str, str] = field(default_factory=dict)
    nic: NewNic | None = None
    group: str = ""
    nodes: tuple[str, ...] = ()
    os: str = ""
    osparams: Mapping[str, str] = field(default_factory=dict)
    install: bool = True
    start: bool = True
    tags: tuple[str, ...] = ()

    def arguments(self) -> dict[str, Any]:
        """Return the parameters of OpInstanceCreate (Ganeti's ``opcodes``)."""
        return {
            "mode": "create",
            "instance_name": self.name,
            "disk_template": self.disk_template,
            "disks": self._disks(),
            "nics": [self.nic.arguments()] if self.nic else [],
            "beparams": {"memory": self.memory_mib, "vcpus": self.vcpus},
            "os_type": self.os,
            "osparams": dict(self.osparams),
            "no_install": not self.install,
            # Ganeti starts only what it has installed.
            "start": self.start and self.install,
            "wait_for_sync": False,
            "tags": list(self.tags),
            **self._placement(),
        }

    def _disks(self) -> list[dict[str, Any]]:
        if self.disk_template == DISKLESS:
            return []
        disk: dict[str, Any] = {"size": self.disk_mib}
        if self.disk_template == EXTERNAL:
            disk |= {**self.storage_params, "provider": self.storage_provider}
        elif self.volume_group and self.disk_template in IN_VOLUME_GROUPS:
            disk["vg"] = self.volume_group
            if self.disk_template == DRBD:
                disk["metavg"] = self.volume_group
        return [disk]

    def _placement(self) -> dict[str, str]:
        if self.nodes:
            return dict(zip(("pnode", "snode"), self.nodes, strict=False))
        return {"group_name": self.group} if self.group else {}
