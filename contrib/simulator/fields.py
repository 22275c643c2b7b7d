"""What a field of a query is, and the fields of nodes, groups, networks and jobs."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from contrib.simulator import parameters
from contrib.simulator.jobs import Job
from contrib.simulator.networks import Network
from contrib.simulator.spec import Version
from contrib.simulator.state import Cluster, Group, Node

T = TypeVar("T")
OLDEST: Version = (2, 0)


class Missing(enum.Enum):
    """Why a field has no value, with the status that says so."""

    UNKNOWN = 1
    NO_DATA = 2
    UNAVAILABLE = 3
    OFFLINE = 4


@dataclass(frozen=True, slots=True)
class Field(Generic[T]):
    """One field: how to read it, and since which version it is there."""

    name: str
    kind: str
    read: Callable[[Cluster, T], Any]
    title: str = ""
    since: Version = OLDEST
    live: bool = False

    def describe(self) -> dict[str, str]:
        title = self.title or self.name
        return {
            "name": self.name,
            "title": title,
            "kind": self.kind,
            "doc": f"The {self.name} of the simulated object",
        }

    def cell(self, cluster: Cluster, item: T) -> tuple[int, Any]:
        """Read the value together with its status."""
        value = self.read(cluster, item)
        return (value.value, None) if isinstance(value, Missing) else (0, value)


Fields = dict[str, Field[T]]


def table(*fields: Field[T]) -> Fields[T]:
    return {field.name: field for field in fields}


def unknown(name: str) -> Field[Any]:
    return Field(name, "unknown", lambda _cluster, _item: Missing.UNKNOWN)


def or_missing(value: Any) -> Any:
    return Missing.UNAVAILABLE if value is None else value


def common(title: str) -> tuple[Field[Any], ...]:
    """Give the fields that every object of the configuration has."""
    return (
        Field("ctime", "timestamp", lambda _c, o: o.ctime, "CTime"),
        Field("mtime", "timestamp", lambda _c, o: o.mtime, "MTime"),
        Field("uuid", "text", lambda _c, o: o.uuid, "UUID"),
        Field("serial_no", "number", lambda _c, o: o.serial_no, "SerialNo"),
        Field("tags", "other", lambda _c, o: sorted(o.tags), "Tags"),
        Field("name", "text", lambda _c, o: o.name, title),
    )


# Nodes


def _live(read: Callable[[Cluster, Node], Any]) -> Callable[[Cluster, Node], Any]:
    def look(cluster: Cluster, node: Node) -> Any:
        if node.offline:
            return Missing.OFFLINE
        return Missing.NO_DATA if node.unreachable else read(cluster, node)

    return look


def memory_free(cluster: Cluster, node: Node) -> int:
    used = sum(instance.oper_ram or 0 for instance in cluster.node_instances(node.name))
    return max(0, node.memory - node.memory_own - used)


def _disk_free(cluster: Cluster, node: Node) -> int:
    used = sum(
        disk.size
        for instance in cluster.instances.values()
        if node.name in (instance.primary, instance.secondary)
        for disk in instance.disks
    )
    return max(0, node.disk - used)


def _role(_cluster: Cluster, node: Node) -> str:
    return "O" if node.offline else node.role


def _primaries(cluster: Cluster, node: Node) -> list[str]:
    return [instance.name for instance in cluster.node_instances(node.name)]


def _secondaries(cluster: Cluster, node: Node) -> list[str]:
    return [i.name for i in cluster.sorted_instances() if i.secondary == node.name]


def _node_live(
    name: str, kind: str, title: str, read: Callable[[Cluster, Node], Any]
) -> Field[Node]:
    return Field(name, kind, _live(read), title, live=True)


NODE_FIELDS: Fields[Node] = table(
    *common("Node"),
    _node_live("bootid", "text", "BootID", lambda _c, n: n.bootid),
    _node_live("cnodes", "number", "CNodes", lambda _c, n: 1),
    _node_live("cnos", "number", "CNOs", lambda _c, n: n.cpus),
    _node_live("csockets", "number", "CSockets", lambda _c, n: n.sockets),
    _node_live("ctotal", "number", "CTotal", lambda _c, n: n.cpus),
    _node_live("dfree", "unit", "DFree", _disk_free),
    _node_live("dtotal", "unit", "DTotal", lambda _c, n: n.disk),
    _node_live("mfree", "unit", "MFree", memory_free),
    _node_live("mnode", "unit", "MNode", lambda _c, n: n.memory_own),
    _node_live("mtotal", "unit", "MTotal", lambda _c, n: n.memory),
    _node_live("spfree", "number", "SpFree", lambda _c, _n: Missing.NO_DATA),
    _node_live("sptotal", "number", "SpTotal", lambda _c, _n: Missing.NO_DATA),
    Field("custom_ndparams", "other", lambda _c, _n: {}, "CustomNodeParameters"),
    Field("disk_state", "other", lambda _c, _n: Missing.UNAVAILABLE, "DiskState"),
    Field("drained", "bool", lambda _c, n: n.role == "D", "Drained"),
    Field("group", "text", lambda _c, n: n.group, "Group"),
    Field("group.uuid", "text", lambda c, n: c.groups[n.group].uuid, "GroupUUID"),
    Field("hv_state", "other", lambda _c, _n: Missing.UNAVAILABLE, "HypervisorState"),
    Field("master", "bool", lambda c, n: n.name == c.master, "IsMaster"),
    Field("master_candidate", "bool", lambda c, n: _role(c, n) in "MC", "MasterC"),
    Field("master_capable", "bool", lambda _c, _n: True, "MasterCapable"),
    Field("ndparams", "other", lambda _c, _n: parameters.NDPARAMS, "NodeParameters"),
    Field("offline", "bool", lambda _c, n: n.offline, "Offline"),
    Field("pinst_cnt", "number", lambda c, n: len(_primaries(c, n)), "Pinst"),
    Field("pinst_list", "other", _primaries, "PriInstances"),
    Field("pip", "text", lambda _c, n: n.address, "PrimaryIP"),
    Field("powered", "bool", lambda _c, _n: Missing.UNAVAILABLE, "Powered"),
    Field("role", "text", _role, "Role"),
    Field("sinst_cnt", "number", lambda c, n: len(_secondaries(c, n)), "Sinst"),
    Field("sinst_list", "other", _secondaries, "SecInstances"),
    Field("sip", "text", lambda _c, n: n.address, "SecondaryIP"),
    Field("vm_capable", "bool", lambda _c, _n: True, "VMCapable"),
)

# Groups


def _group_nodes(cluster: Cluster, group: Group) -> list[str]:
    return [node.name for node in cluster.nodes.values() if node.group == group.name]


def _group_instances(cluster: Cluster, group: Group) -> list[str]:
    nodes = set(_group_nodes(cluster, group))
    return [
        instance.name
        for instance in cluster.sorted_instances()
        if instance.primary in nodes
    ]


def _ipolicy(cluster: Cluster, group: Group) -> dict[str, Any]:
    return {**parameters.ipolicy(cluster.disk_templates), **group.custom_ipolicy}


GROUP_FIELDS: Fields[Group] = table(
    *common("Group"),
    Field("tags", "other", lambda _c, g: sorted(g.tags), "Tags", (2, 5)),
    Field("alloc_policy", "text", lambda _c, g: g.alloc_policy, "AllocPolicy"),
    Field("custom_diskparams", "other", lambda _c, _g: {}, "CustomDiskParameters"),
    Field("custom_ipolicy", "other", lambda _c, g: g.custom_ipolicy, "", (2, 6)),
    Field("custom_ndparams", "other", lambda _c, _g: {}, "CustomNDParams"),
    Field("diskparams", "other", lambda _c, _g: parameters.DISKPARAMS, "", (2, 6)),
    Field("ipolicy", "other", _ipolicy, "InstancePolicy", (2, 6)),
    Field("ndparams", "other", lambda _c, _g: parameters.NDPARAMS, "NDParams"),
    Field("node_cnt", "number", lambda c, g: len(_group_nodes(c, g)), "Nodes"),
    Field("node_list", "other", _group_nodes, "NodeList"),
    Field("pinst_cnt", "number", lambda c, g: len(_group_instances(c, g)), "Instances"),
    Field("pinst_list", "other", _group_instances, "InstanceList"),
)

# Networks


def _network_instances(cluster: Cluster, network: Network) -> list[str]:
    return [
        instance.name
        for instance in cluster.sorted_instances()
        if any(nic.network == network.uuid for nic in instance.nics)
    ]


def _connections(_cluster: Cluster, network: Network) -> list[list[str]]:
    return [
        [connection.group, connection.mode, connection.link, connection.vlan]
        for connection in network.connections
    ]


def _reservations(_cluster: Cluster, network: Network) -> str:
    return ", ".join(network.address(offset) for offset in sorted(network.reserved))


NETWORK_FIELDS: Fields[Network] = table(
    *common("Network"),
    Field("external_reservations", "text", _reservations, "ExternalReservations"),
    Field("free_count", "number", lambda _c, n: n.size - n.taken_count, "FreeCount"),
    Field("gateway", "other", lambda _c, n: or_missing(n.gateway), "Gateway"),
    Field("gateway6", "other", lambda _c, n: or_missing(n.gateway6), "IPv6Gateway"),
    Field("group_cnt", "number", lambda _c, n: len(n.connections), "NodeGroups"),
    Field("group_list", "other", _connections, "GroupList"),
    Field("inst_cnt", "number", lambda c, n: len(_network_instances(c, n))),
    Field("inst_list", "other", _network_instances, "InstanceList"),
    Field("mac_prefix", "other", lambda _c, _n: Missing.UNAVAILABLE, "MacPrefix"),
    Field("map", "text", lambda _c, n: n.map(), "Map"),
    Field("mtime", "timestamp", lambda _c, n: n.ctime, "MTime"),
    Field("network", "text", lambda _c, n: n.network, "Subnet"),
    Field("network6", "other", lambda _c, n: or_missing(n.network6), "IPv6Subnet"),
    Field("reserved_count", "number", lambda _c, n: n.taken_count, "ReservedCount"),
)


def ndp_fields() -> tuple[Field[Any], ...]:
    """Give the fields of single node parameters, alike for nodes and groups."""

    def ndparam_field(name: str, value: Any) -> Field[Any]:
        return Field(f"ndp/{name}", kind_of(value), lambda _c, _o: value)

    return tuple(
        ndparam_field(name, value) for name, value in parameters.NDPARAMS.items()
    )


def kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int) else "other"


NODE_FIELDS.update(table(*ndp_fields()))
GROUP_FIELDS.update(table(*ndp_fields()))

# Jobs


def _job(read: Callable[[Job], Any]) -> Callable[[Cluster, Job], Any]:
    def look(_cluster: Cluster, job: Job) -> Any:
        return read(job) if job.exists else Missing.UNAVAILABLE

    return look


JOB_FIELDS: Fields[Job] = table(
    Field("id", "number", lambda c, j: j.shown_id(c.release), "ID"),
    Field("archived", "bool", _job(lambda j: j.archived), "Archived"),
    Field("end_ts", "other", _job(lambda j: or_missing(j.end_ts)), "End"),
    Field("opend", "other", _job(lambda j: [op.end_ts for op in j.ops])),
    Field("opexec", "other", _job(lambda j: [op.exec_ts for op in j.ops])),
    Field("oplog", "other", _job(lambda j: [op.log for op in j.ops])),
    Field("oppriority", "other", _job(lambda j: [0 for _ in j.ops])),
    Field("opresult", "other", _job(lambda j: [op.result for op in j.ops])),
    Field("ops", "other", _job(lambda j: [op.document() for op in j.ops]), "OpCodes"),
    Field("opstart", "other", _job(lambda j: [op.start_ts for op in j.ops])),
    Field("opstatus", "other", _job(lambda j: [op.status for op in j.ops])),
    Field("priority", "number", _job(lambda _j: 0), "Priority"),
    Field("received_ts", "other", _job(lambda j: or_missing(j.received_ts))),
    Field("start_ts", "other", _job(lambda j: or_missing(j.start_ts)), "Start"),
    Field("status", "text", _job(lambda j: j.status), "Status"),
    Field("summary", "other", _job(lambda j: [op.summary for op in j.ops]), "Summary"),
)
