"""A cluster's configuration and what its nodes say, kept in memory."""

from __future__ import annotations

import contextlib
import random
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from contrib.simulator import parameters
from contrib.simulator.errors import OpError, unknown_entity, unmet
from contrib.simulator.networks import Network
from contrib.simulator.spec import ClusterSpec

MAX_ROW_CACHES = 8


@dataclass(slots=True)
class Nic:
    """One network interface; unset parameters are the cluster's."""

    mac: str
    uuid: str
    ip: str | None = None
    mode: str = "bridged"
    link: str = "br0"
    vlan: str = ""
    network: str | None = None  # a uuid
    name: str | None = None
    custom: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Disk:
    """One disk, its size in MiB."""

    size: int
    uuid: str
    name: str | None = None
    mode: str = "rw"


@dataclass(slots=True)
class Instance:
    """One virtual machine.

    ``rows`` keeps its serialized answers until something about it changes.
    """

    name: str
    uuid: str
    os: str
    hypervisor: str
    primary: str
    disk_template: str
    secondary: str | None = None
    admin_state: str = "down"
    admin_source: str = "admin"
    running: bool = False
    oper_ram: int | None = None
    oper_vcpus: int | None = None
    beparams: dict[str, Any] = field(default_factory=dict)
    hvparams: dict[str, Any] = field(default_factory=dict)
    osparams: dict[str, Any] = field(default_factory=dict)
    nics: list[Nic] = field(default_factory=list)
    disks: list[Disk] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    network_port: int | None = None
    ctime: float = 0
    mtime: float = 0
    serial_no: int = 1
    rows: dict[tuple[str, ...], str] = field(default_factory=dict)

    def touch(self, now: float) -> None:
        """Count a change of the configuration."""
        self.serial_no += 1
        self.mtime = now
        self.rows.clear()

    def remember_row(self, key: tuple[str, ...], row: str) -> None:
        if len(self.rows) >= MAX_ROW_CACHES:
            self.rows.clear()
        self.rows[key] = row


@dataclass(slots=True)
class Node:
    """One physical machine; memory and disk in MiB."""

    name: str
    uuid: str
    group: str
    address: str
    role: str = "C"
    offline: bool = False
    unreachable: bool = False
    memory: int = 262144
    memory_own: int = 4096
    disk: int = 8388608
    cpus: int = 64
    sockets: int = 2
    bootid: str = ""
    ctime: float = 0
    mtime: float = 0
    serial_no: int = 1
    tags: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Group:
    """One node group."""

    name: str
    uuid: str
    alloc_policy: str = "preferred"
    custom_ipolicy: dict[str, Any] = field(default_factory=dict)
    ctime: float = 0
    mtime: float = 0
    serial_no: int = 1
    tags: set[str] = field(default_factory=set)


def nice_key(name: str) -> list[tuple[int, str]]:
    """Sort ``node2`` before ``node10``."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (0, part) for part in parts if part]


class Cluster:
    """Everything that one simulated master knows."""

    def __init__(self, spec: ClusterSpec) -> None:
        self.spec = spec
        self.release = spec.release
        self.random = random.Random(f"{spec.name}/{spec.seed}")  # noqa: S311
        self.uuid = self.new_uuid()
        self.created = time.time()
        self.modified = self.created
        self.master = ""
        self.disk_templates = ["file", "diskless", "sharedfile"]
        self.operating_systems = ["image+default", "snf-image+default"]
        self.instances: dict[str, Instance] = {}
        self.nodes: dict[str, Node] = {}
        self.groups: dict[str, Group] = {}
        self.networks: dict[str, Network] = {}
        self.tags: set[str] = set()
        self._sorted: list[Instance] | None = None
        self._next_port = 11000

    def new_uuid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def new_mac(self) -> str:
        low = self.random.getrandbits(24)
        return f"aa:00:00:{low >> 16:02x}:{low >> 8 & 255:02x}:{low & 255:02x}"

    def new_port(self) -> int | None:
        """Allot a port for a console, where the hypervisor has one."""
        if self.spec.hypervisor == "fake":
            return None
        self._next_port += 1
        return self._next_port - 1

    # Finding things

    def sorted_instances(self) -> list[Instance]:
        if self._sorted is None:
            self._sorted = sorted(
                self.instances.values(), key=lambda instance: nice_key(instance.name)
            )
        return self._sorted

    def instance(self, name: str) -> Instance:
        instance = self.instances.get(self.full_name(self.instances, name) or "")
        if instance is None:
            raise unknown_entity("Instance", name)
        return instance

    def node(self, name: str) -> Node:
        node = self.nodes.get(self.full_name(self.nodes, name) or "")
        if node is None:
            raise unknown_entity("Node", name)
        return node

    def usable_node(self, name: str) -> Node:
        node = self.node(name)
        if node.offline:
            raise unmet(f"Can't use offline node: {node.name}")
        return node

    @staticmethod
    def full_name(names: dict[str, Any], name: str) -> str | None:
        """Resolve a name, or the first labels of just one."""
        if name in names:
            return name
        longer = [candidate for candidate in names if candidate.startswith(f"{name}.")]
        return longer[0] if len(longer) == 1 else None

    def network_by_uuid(self, name_or_uuid: str | None) -> Network | None:
        for network in self.networks.values():
            if name_or_uuid in (network.uuid, network.name):
                return network
        return None

    def node_instances(self, name: str) -> list[Instance]:
        return [
            instance for instance in self.sorted_instances() if instance.primary == name
        ]

    # Changing things

    def add(self, instance: Instance) -> None:
        self.instances[instance.name] = instance
        self._sorted = None

    def remove(self, instance: Instance) -> None:
        for nic in instance.nics:
            self.release_address(nic)
        del self.instances[instance.name]
        self._sorted = None

    def rename(self, instance: Instance, name: str) -> None:
        del self.instances[instance.name]
        instance.name = name
        self.add(instance)

    def release_address(self, nic: Nic) -> None:
        network = self.network_by_uuid(nic.network) if nic.network else None
        if network and nic.ip:
            network.release(nic.ip)

    @contextlib.contextmanager
    def undo_addresses(self) -> Iterator[None]:
        """Give back the addresses that were taken before an opcode was refused."""
        used_addresses = {
            name: set(network.used) for name, network in self.networks.items()
        }
        try:
            yield
        except OpError:
            for name, used in used_addresses.items():
                self.networks[name].restore(used)
            raise

    def forget_rows(self) -> None:
        """Forget serialized answers, since a node's state shows in them."""
        for instance in self.instances.values():
            instance.rows.clear()

    def start(self, instance: Instance) -> None:
        instance.running = True
        merged = self.beparams(instance)
        instance.oper_ram, instance.oper_vcpus = merged["maxmem"], merged["vcpus"]
        instance.rows.clear()

    def stop(self, instance: Instance) -> None:
        instance.running = False
        instance.oper_ram = instance.oper_vcpus = None
        instance.rows.clear()

    # Merged parameters

    def beparams(self, instance: Instance) -> dict[str, Any]:
        return {**parameters.BEPARAMS, **instance.beparams}

    def hvparams(self, instance: Instance) -> dict[str, Any]:
        return {**parameters.hvparams(instance.hypervisor), **instance.hvparams}

    def status(self, instance: Instance) -> str:
        """Compare what an instance should be with what its node says."""
        node = self.nodes[instance.primary]
        if node.offline:
            return "ERROR_nodeoffline"
        if node.unreachable:
            return "ERROR_nodedown"
        if instance.running:
            return "running" if instance.admin_state == "up" else "ERROR_up"
        if instance.admin_state == "up":
            return "ERROR_down"
        if instance.admin_state == "offline":
            return "ADMIN_offline"
        return "USER_down" if instance.admin_source == "user" else "ADMIN_down"
