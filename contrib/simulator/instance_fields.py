"""The fields of instances in a query."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from contrib.simulator import parameters
from contrib.simulator.fields import (
    OLDEST,
    Field,
    Fields,
    Missing,
    common,
    kind_of,
    or_missing,
    table,
)
from contrib.simulator.spec import Version
from contrib.simulator.state import Cluster, Disk, Instance, Nic

Read = Callable[[Cluster, Instance], Any]
VNC_BASE_PORT = 5900
# Which release brought three states of administration, and a span of memory.
MEMORY_SPAN: Version = (2, 6)


def _live(read: Read) -> Read:
    def look(cluster: Cluster, instance: Instance) -> Any:
        node = cluster.nodes[instance.primary]
        if node.offline:
            return Missing.OFFLINE
        return Missing.NO_DATA if node.unreachable else read(cluster, instance)

    return look


def _oper_state(cluster: Cluster, instance: Instance) -> bool | Missing:
    """Tell whether it runs; of an offline node there is no data, no other status."""
    node = cluster.nodes[instance.primary]
    return Missing.NO_DATA if node.offline or node.unreachable else instance.running


def console(cluster: Cluster, instance: Instance) -> dict[str, Any] | Missing:
    """Return the console's parameters, by hypervisor."""
    answer: dict[str, Any] = {"instance": instance.name}
    hv = cluster.hvparams(instance)
    port = instance.network_port
    if instance.hypervisor != "kvm":
        text = f"Console not available for {instance.hypervisor} hypervisor"
        return {**answer, "kind": "msg", "message": text}
    if not instance.running:
        return Missing.NO_DATA
    if hv["serial_console"]:
        command = ["socat", "STDIO", f"UNIX-CONNECT:/run/{instance.name}.serial"]
        host = instance.primary
        answer |= {"kind": "ssh", "host": host, "port": 22, "user": "root"}
        return {**answer, "command": command}
    if hv["vnc_bind_address"] and port is not None:
        answer |= {"kind": "vnc", "host": hv["vnc_bind_address"], "port": port}
        return {**answer, "display": port - VNC_BASE_PORT}
    text = f"No console for {instance.name}: no serial port, no VNC"
    return {**answer, "kind": "msg", "message": text}


def _snodes(instance: Instance) -> list[str]:
    return [instance.secondary] if instance.secondary else []


def _snode_groups(cluster: Cluster, instance: Instance) -> list[str]:
    return [cluster.nodes[name].group for name in _snodes(instance)]


def _group_uuid(cluster: Cluster, node: str) -> str:
    return cluster.groups[cluster.nodes[node].group].uuid


def _status(cluster: Cluster, instance: Instance) -> str:
    return cluster.status(instance)


def _beparams(cluster: Cluster, instance: Instance) -> dict[str, Any]:
    merged = cluster.beparams(instance)
    return {**merged, "memory": merged["maxmem"]}


def _listed_beparams(cluster: Cluster, instance: Instance) -> dict[str, Any]:
    merged = cluster.beparams(instance)
    if cluster.release >= MEMORY_SPAN:
        return merged
    new = ("minmem", "maxmem", "always_failover", "spindle_use")
    old = {name: value for name, value in merged.items() if name not in new}
    return {**old, "memory": merged["maxmem"]}


def _admin_state(cluster: Cluster, instance: Instance) -> str | bool:
    """Return the configured state; before 2.6, whether it is up."""
    if cluster.release >= MEMORY_SPAN:
        return instance.admin_state
    return instance.admin_state == "up"


def _first(items: list[Any], index: int, read: Callable[[Any], Any]) -> Any:
    return or_missing(read(items[index])) if index < len(items) else Missing.UNAVAILABLE


# NICs and disks: a list field, and one field for each index

NIC_READERS: dict[str, tuple[str, str, Version, Callable[[Cluster, Nic], Any]]] = {
    "ip": ("ips", "IP", OLDEST, lambda _c, n: n.ip),
    "mac": ("macs", "MAC", OLDEST, lambda _c, n: n.mac),
    "mode": ("modes", "Mode", OLDEST, lambda _c, n: n.mode),
    "link": ("links", "Link", OLDEST, lambda _c, n: n.link),
    "vlan": ("vlans", "VLAN", (2, 12), lambda _c, n: n.vlan or None),
    "uuid": ("uuids", "UUID", (2, 8), lambda _c, n: n.uuid),
    "name": ("names", "Name", (2, 8), lambda _c, n: n.name),
    "network": ("networks", "Network", (2, 7), lambda _c, n: n.network),
    "network.name": (
        "networks.names",
        "NetworkName",
        (2, 8),
        lambda c, n: (
            network.name if (network := c.network_by_uuid(n.network)) else None
        ),
    ),
    "bridge": (
        "bridges",
        "Bridge",
        OLDEST,
        lambda _c, n: n.link if n.mode == "bridged" else None,
    ),
}
DISK_READERS: dict[str, tuple[str, str, str, Version, Callable[[Disk], Any]]] = {
    "size": ("sizes", "", "unit", OLDEST, lambda d: d.size),
    "spindles": ("spindles", "Spindles", "number", (2, 9), lambda _d: None),
    "uuid": ("uuids", "UUID", "text", (2, 8), lambda d: d.uuid),
    "name": ("names", "Name", "text", (2, 8), lambda d: d.name),
}
MAX_NICS = 8
MAX_DISKS = 16


def _nic_fields() -> Iterator[Field[Instance]]:
    def every(read: Callable[[Cluster, Nic], Any]) -> Read:
        return lambda c, i: [read(c, nic) for nic in i.nics]

    def single(index: int, read: Callable[[Cluster, Nic], Any]) -> Read:
        return lambda c, i: _first(i.nics, index, lambda nic: read(c, nic))

    for name, (plural, title, since, read) in NIC_READERS.items():
        yield Field(f"nic.{plural}", "other", every(read), since=since)
        for at in range(MAX_NICS):
            label = f"Nic{title}/{at}"
            yield Field(f"nic.{name}/{at}", "text", single(at, read), label, since)


def _disk_fields() -> Iterator[Field[Instance]]:
    def every(read: Callable[[Disk], Any]) -> Read:
        return lambda _c, i: [read(disk) for disk in i.disks]

    def single(index: int, read: Callable[[Disk], Any]) -> Read:
        return lambda _c, i: _first(i.disks, index, read)

    for name, (plural, title, kind, since, read) in DISK_READERS.items():
        yield Field(f"disk.{plural}", "other", every(read), since=since)
        for at in range(MAX_DISKS):
            label = f"Disk{title}/{at}"
            yield Field(f"disk.{name}/{at}", kind, single(at, read), label, since)


def _parameter_fields() -> Iterator[Field[Instance]]:
    def backend(name: str) -> Read:
        return lambda c, i: _beparams(c, i)[name]

    def hypervisor(name: str) -> Read:
        return lambda c, i: or_missing(c.hvparams(i).get(name))

    for name, value in {**parameters.BEPARAMS, "memory": 0}.items():
        kind = "unit" if name.endswith("mem") or name == "memory" else kind_of(value)
        since = MEMORY_SPAN if name in {"minmem", "maxmem"} else OLDEST
        yield Field(f"be/{name}", kind, backend(name), since=since)
    names = {**parameters.OTHER_HV_FIELDS, **parameters.KVM}
    for name, value in sorted(names.items()):
        yield Field(f"hv/{name}", kind_of(value), hypervisor(name))


INSTANCE_FIELDS: Fields[Instance] = table(
    *common("Instance"),
    Field("admin_state", "text", _admin_state, "InstanceState"),
    Field("admin_state_source", "text", lambda _c, i: i.admin_source, since=(2, 14)),
    Field("admin_up", "bool", lambda _c, i: i.admin_state == "up", "Autostart"),
    Field("beparams", "other", _listed_beparams),
    Field("console", "other", _live(console), "Console", live=True),
    Field("custom_beparams", "other", lambda _c, i: i.beparams),
    Field("custom_hvparams", "other", lambda _c, i: i.hvparams),
    Field("custom_nicparams", "other", lambda _c, i: [n.custom for n in i.nics]),
    Field("custom_osparams", "other", lambda _c, i: i.osparams),
    Field("disk.count", "number", lambda _c, i: len(i.disks), "Disks"),
    Field("disk_template", "text", lambda _c, i: i.disk_template, "Disk_template"),
    Field("disk_usage", "unit", lambda _c, i: sum(d.size for d in i.disks)),
    Field("disks_active", "bool", lambda _c, i: i.admin_state == "up"),
    Field("forthcoming", "bool", lambda _c, _i: False, "Forthcoming", (2, 14)),
    Field("hvparams", "other", lambda c, i: c.hvparams(i), "HypervisorParameters"),
    Field("hypervisor", "text", lambda _c, i: i.hypervisor, "Hypervisor"),
    Field("network_port", "other", lambda _c, i: or_missing(i.network_port)),
    Field("nic.count", "number", lambda _c, i: len(i.nics), "NICs"),
    Field(
        "oper_ram",
        "unit",
        _live(lambda _c, i: or_missing(i.oper_ram)),
        "Memory",
        live=True,
    ),
    Field("oper_state", "bool", _oper_state, "Running", live=True),
    Field(
        "oper_vcpus",
        "number",
        _live(lambda _c, i: or_missing(i.oper_vcpus)),
        "VCPUs",
        live=True,
    ),
    Field("os", "text", lambda _c, i: i.os, "OS"),
    Field("osparams", "other", lambda _c, i: i.osparams, "OpSysParameters"),
    Field("pnode", "text", lambda _c, i: i.primary, "Primary_node"),
    Field("pnode.group", "text", lambda c, i: c.nodes[i.primary].group),
    Field("pnode.group.uuid", "text", lambda c, i: _group_uuid(c, i.primary)),
    Field("snodes", "other", lambda _c, i: _snodes(i), "Secondary_Nodes"),
    Field("snodes.group", "other", _snode_groups, "SecondaryNodesGroups"),
    Field(
        "snodes.group.uuid",
        "other",
        lambda c, i: [_group_uuid(c, name) for name in _snodes(i)],
    ),
    Field("status", "text", _status, "Status", live=True),
    Field("vcpus", "number", lambda c, i: c.beparams(i)["vcpus"], "ConfigVCPUs"),
    *_nic_fields(),
    *_disk_fields(),
    *_parameter_fields(),
)
for _old, _new in {
    "bridge": "nic.bridge/0",
    "ip": "nic.ip/0",
    "mac": "nic.mac/0",
    "nic_link": "nic.link/0",
    "nic_mode": "nic.mode/0",
    "nic_network": "nic.network/0",
    "sda_size": "disk.size/0",
    "sdb_size": "disk.size/1",
}.items():
    _same = INSTANCE_FIELDS[_new]
    INSTANCE_FIELDS[_old] = Field(_old, _same.kind, _same.read, _same.title)
