"""What opcodes do to a cluster: create, reinstall and rename instances."""

from __future__ import annotations

import ipaddress
from typing import Any

from contrib.simulator import parameters
from contrib.simulator.checks import check_beparams, check_hvparams, check_policy
from contrib.simulator.errors import OpError, unmet
from contrib.simulator.jobs import Op, Work
from contrib.simulator.operations import allocate, check_tags, dry, find, reachable
from contrib.simulator.state import Cluster, Disk, Instance, Nic

STEP_MIB = 4  # sizes of memory and disks are rounded up to this


def check_os(cluster: Cluster, name: str, node: str, params: dict[str, Any]) -> None:
    """Refuse an operating system or parameters that the node does not have."""
    failure = f"OS Parameters validation failed on node {node}: "
    if name not in cluster.operating_systems:
        base = name.partition("+")[0]
        raise OpError(
            "OpExecError",
            f"{failure}Directory for OS {base} not found in search path",
        )
    unsupported = sorted(set(params) - parameters.OS_PARAMETERS)
    if unsupported:
        base = name.partition("+")[0]
        raise OpError(
            "OpExecError",
            f"{failure}The following parameters are not supported by the OS {base}:"
            f" {', '.join(unsupported)}",
        )


def check_name_resolves(op: Op, name: str) -> None:
    """Refuse a name check: no name of the simulator is in the DNS."""
    if op.params["name_check"]:
        raise unmet(
            f"The given name ({name}) does not resolve: no name of a simulator does",
            "resolver_error",
        )


def run_os_scripts(osparams: dict[str, Any], activity: str) -> None:
    """Fail the way the lab's operating systems do when told to."""
    if osparams.get("fail"):
        image = osparams.get("img_id", "")
        raise OpError(
            "OpExecError",
            f"Could not {activity}: OS create script failed"
            " (exited with exit code 1), last lines in the log file:\n"
            f"image {image}: {osparams['fail']}",
        )


def delay_share(op: Op, osparams: dict[str, Any]) -> float:
    """Translate the parameter ``delay`` into shares of the opcode's time."""
    return float(osparams.get("delay") or 0) / op.opcode.seconds


# NICs


def make_nic(
    cluster: Cluster, op: Op, nic_parameters: dict[str, Any], primary: str
) -> Nic:
    """Create a NIC and reserve its address."""
    mac = nic_parameters.get("mac")
    nic = Nic(mac=mac if mac and ":" in mac else cluster.new_mac(), uuid="")
    nic.uuid = cluster.new_uuid()
    change_nic(cluster, op, nic, nic_parameters, primary)
    return nic


def change_nic(
    cluster: Cluster, op: Op, nic: Nic, nic_parameters: dict[str, Any], primary: str
) -> None:
    """Change the parameters of a NIC, including its address."""
    nic_parameters = {
        key: None if v == "none" else v for key, v in nic_parameters.items()
    }
    network = _requested_network(cluster, nic, nic_parameters)
    address = nic_parameters.get("ip", nic.ip)
    if address == "pool" and network is None:
        raise unmet("if ip=pool, parameter network must be passed too", "wrong_input")
    if network is not None:
        _join(cluster, op, nic, network, primary)
        if address != nic.ip or nic.network != network.uuid:
            address = _take(op, network, address)
    if (nic.ip, nic.network) != (address, network and network.uuid):
        cluster.release_address(nic)
    nic.ip, nic.network = address, network.uuid if network else None
    nic.name = nic_parameters.get("name", nic.name)
    for key in ("mode", "link", "vlan"):
        if nic_parameters.get(key) is not None:
            setattr(nic, key, nic_parameters[key])
            nic.custom[key] = nic_parameters[key]
    if nic_parameters.get("mac") and ":" in str(nic_parameters["mac"]):
        nic.mac = nic_parameters["mac"]
    _check_link(cluster, nic, primary)


def _requested_network(
    cluster: Cluster, nic: Nic, nic_parameters: dict[str, Any]
) -> Any:
    name = nic_parameters.get("network", nic.network)
    if name is None:
        return None
    network = cluster.network_by_uuid(name)
    if network is None:
        raise unmet(f"Network '{name}' not found", "unknown_entity")
    return network


def _join(cluster: Cluster, op: Op, nic: Nic, network: Any, primary: str) -> None:
    connection = network.connection(cluster.nodes[primary].group)
    if connection is None:
        raise unmet(
            f"Network {network.name} is not connected to the group of {primary}",
            "wrong_input",
        )
    nic.mode, nic.link, nic.vlan = connection.mode, connection.link, connection.vlan
    nic.custom = {"mode": nic.mode, "link": nic.link, "vlan": nic.vlan}
    shown = [connection.link, connection.mode, connection.vlan]
    op.info(f"NIC/0 inherits netparams {shown}")


def _take(op: Op, network: Any, address: str | None) -> str | None:
    if address is None:
        return None
    if address == "pool":
        free: str | None = network.take_next()
        if free is None:
            raise unmet(
                f"Unable to find a free IP in a network {network.name}",
                "insufficient_resources",
            )
        op.info(f"Chose IP {free} from network {network.name}")
        return free
    _check_free(network, address)
    network.take(address)
    op.info(f"Reserving IP {address} in network {network.name}")
    return address


def _check_free(network: Any, address: str) -> None:
    try:
        inside = network.contains(address)
    except ipaddress.AddressValueError as exc:
        raise unmet(f"Invalid IP address {address}", "wrong_input") from exc
    if not inside or not network.is_free(address):
        raise unmet(
            f"IP {address} not available in network {network.name}",
            "resource_not_unique",
        )


def _check_link(cluster: Cluster, nic: Nic, primary: str) -> None:
    bridges = {"br0"} | {
        connection.link
        for network in cluster.networks.values()
        for connection in network.connections
    }
    if nic.mode == "bridged" and nic.link not in bridges:
        raise unmet(
            f"Error checking bridges on node '{primary}': Missing bridges {nic.link}",
            "environment_error",
        )


def make_disk(cluster: Cluster, disk_parameters: dict[str, Any]) -> Disk:
    size = disk_parameters.get("size")
    if size is None:
        raise unmet("Missing disk size", "wrong_input")
    try:
        size = int(str(size))
    except ValueError as exc:
        raise unmet(f"Invalid disk size '{size}'", "wrong_input") from exc
    mode = disk_parameters.get("mode", "rw")
    return Disk(round_up(size), cluster.new_uuid(), disk_parameters.get("name"), mode)


# Creating


def _placement(cluster: Cluster, op: Op) -> str:
    if op.params.get("pnode"):
        node = cluster.node(op.params["pnode"])
        if node.offline:
            raise unmet(f"Cannot use offline primary node '{node.name}'")
        op.params["pnode"], op.params["pnode_uuid"] = node.name, node.uuid
        return node.name
    name = allocate(cluster, op.params.get("group_name"))
    op.params |= {"iallocator": "hail", "pnode": name}
    op.params["pnode_uuid"] = cluster.nodes[name].uuid
    op.info(
        f"Selected nodes for instance {op.params['instance_name']}"
        f" via iallocator hail: {name}"
    )
    return name


def _check_new(cluster: Cluster, op: Op) -> None:
    params = op.params
    name, template = params["instance_name"], params.get("disk_template")
    if template not in cluster.disk_templates:
        raise unmet(
            f"Disk template '{template}' is not enabled in cluster. Enabled disk"
            f" templates are: {','.join(cluster.disk_templates)}",
            None,
        )
    check_name_resolves(op, name)
    if name in cluster.instances:
        raise unmet(f"Instance '{name}' is already in the cluster", "already_exists")
    group = params.get("group_name")
    if group is not None and group not in cluster.groups:
        raise unmet(f"Node group '{group}' not known", "unknown_entity")
    hypervisor = params.setdefault("hypervisor", cluster.spec.hypervisor)
    check_hvparams(hypervisor, params["hvparams"])
    check_beparams(params["beparams"])
    check_tags(params.get("tags", []))


def _new_instance(cluster: Cluster, op: Op, primary: str) -> Instance:
    params = op.params
    template = params["disk_template"]
    secondary = allocate(cluster, None, primary) if template == "drbd" else None
    return Instance(
        name=params["instance_name"],
        uuid=cluster.new_uuid(),
        os=params.get("os_type", ""),
        hypervisor=params["hypervisor"],
        primary=primary,
        secondary=params.get("snode") or secondary,
        disk_template=template,
        beparams=whole_beparams(params["beparams"]),
        hvparams=dict(params["hvparams"]),
        osparams=dict(params["osparams"]),
        nics=[make_nic(cluster, op, nic, primary) for nic in params["nics"]],
        disks=[make_disk(cluster, disk) for disk in params["disks"]],
        tags=set(params.get("tags", [])),
        network_port=cluster.new_port(),
        ctime=op.now,
        mtime=op.now,
    )


def whole_beparams(beparams: dict[str, Any]) -> dict[str, Any]:
    """Read ``memory`` as both of its limits, in steps of four MiB."""
    beparams = dict(beparams)
    memory = beparams.pop("memory", None)
    if memory is not None:
        beparams |= {"minmem": memory, "maxmem": memory}
    for name in ("minmem", "maxmem"):
        if name in beparams and beparams[name] != "default":
            beparams[name] = round_up(int(beparams[name]))
    return {key: value for key, value in beparams.items() if value != "default"}


def round_up(size_mib: int) -> int:
    return -(-size_mib // STEP_MIB) * STEP_MIB


def create(cluster: Cluster, op: Op) -> Work:
    params = op.params
    _check_new(cluster, op)
    primary = _placement(cluster, op)
    if not params.get("no_install"):
        check_os(cluster, params.get("os_type", ""), primary, params["osparams"])
    check_policy(cluster, params, primary)
    if dry(op):
        return [primary]
    if params.get("no_install"):
        op.info("No-installation mode selected, disabling startup")
        params["start"] = False
    with cluster.undo_addresses():
        instance = _new_instance(cluster, op, primary)
    yield 0.4
    for index, disk in enumerate(instance.disks):
        op.say(f"* disk {index}, size {disk.size}M")
    op.say("* creating instance disks...")
    yield 0.1
    op.say(f"adding instance {instance.name} to cluster config")
    op.say("adding disks to cluster config")
    instance.ctime = instance.mtime = op.now
    cluster.add(instance)
    yield 0.2
    op.info(f"Instance {instance.name}'s disks are in sync")
    if not params.get("no_install"):
        op.say("* running the instance OS create scripts...")
        yield 0.1 + delay_share(op, instance.osparams)
        activity = f"add os for instance {instance.name} on node {primary}"
        run_os_scripts(instance.osparams, activity)
    if params["start"]:
        op.say("* starting instance...")
        yield 0.2
        instance.admin_state = "up"
        instance.touch(op.now)
        cluster.start(instance)
    return [primary]


def reinstall(cluster: Cluster, op: Op) -> Work:
    instance = find(cluster, op)
    reachable(cluster, instance)
    if instance.disk_template == "diskless":
        raise unmet(f"Instance '{instance.name}' has no disks", "wrong_input")
    new_os = op.params.get("os_type")
    osparams = {**instance.osparams, **op.params["osparams"]}
    check_os(cluster, new_os or instance.os, instance.primary, osparams)
    yield 0.3
    if new_os:
        op.say(f"Changing OS scripts to '{new_os}'...")
        instance.os = new_os
    # the scripts get old and new parameters, the instance keeps the new ones only
    instance.osparams = dict(op.params["osparams"])
    if cluster.release < (2, 16):
        instance.osparams = osparams
    instance.touch(op.now)
    op.info("Running instance OS create scripts...")
    yield 0.7 + delay_share(op, osparams)
    activity = f"install OS for instance '{instance.name}' on node '{instance.primary}'"
    run_os_scripts(osparams, activity)
    return None


def rename(cluster: Cluster, op: Op) -> Work:
    instance = find(cluster, op)
    reachable(cluster, instance)
    new_name = op.params["new_name"]
    if instance.admin_state == "up" or instance.running:
        raise unmet(f"Instance '{instance.name}' is marked to be up, cannot rename")
    check_name_resolves(op, new_name)
    if new_name in cluster.instances:
        raise unmet(
            f"Instance '{new_name}' is already in the cluster", "already_exists"
        )
    yield 1
    cluster.rename(instance, new_name)
    instance.touch(op.now)
    return new_name
