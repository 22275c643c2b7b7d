"""What ``OP_INSTANCE_SET_PARAMS`` and growing a disk do."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any, TypeVar

from contrib.simulator.building import (
    change_nic,
    check_os,
    make_disk,
    make_nic,
    whole_beparams,
)
from contrib.simulator.checks import check_beparams, check_hvparams
from contrib.simulator.errors import unmet
from contrib.simulator.fields import memory_free
from contrib.simulator.jobs import Op, Work
from contrib.simulator.operations import find, not_offline, reachable
from contrib.simulator.state import Cluster, Disk, Instance, Nic

Device = TypeVar("Device")
Changes = list[tuple[str, Any]]


def normalized(change: list[Any]) -> tuple[str, int, dict[str, Any]]:
    """Return the action, index (-1 if unset) and parameters of a change."""
    if len(change) == 3:
        action, index, parameters = change
        return action, index if isinstance(index, int) else -1, parameters
    action, parameters = change
    return (
        (action, -1, parameters)
        if isinstance(action, str)
        else ("modify", action, parameters)
    )


def set_params(cluster: Cluster, op: Op) -> Work:
    instance = find(cluster, op)
    for kind in ("nics", "disks"):
        op.params[kind] = [list(normalized(change)) for change in op.params[kind]]
    _check(cluster, op, instance)
    changes: Changes = []
    # devices are changed in a copy, so that a refusal leaves everything as it was
    draft = replace(instance, disks=copies(instance.disks), nics=copies(instance.nics))
    with cluster.undo_addresses():
        _change_disks(cluster, op, draft, changes)
        _change_nics(cluster, op, draft, changes)
    yield 1
    instance.disks, instance.nics = draft.disks, draft.nics
    _change_parameters(op, instance, changes)
    _change_state(op, instance, changes)
    instance.touch(op.now)
    return [list(change) for change in changes]


def copies(devices: list[Device]) -> list[Device]:
    return [copy.deepcopy(device) for device in devices]


SUBMITTED = ("nics", "disks", "beparams", "hvparams", "osparams", "os_name", "pnode")


def _check(cluster: Cluster, op: Op, instance: Instance) -> None:
    params = op.params
    changed = [params.get(name) for name in SUBMITTED] + [
        params.get(name) for name in ("runtime_mem", "disk_template", "ext_params")
    ]
    if not any(changed) and params.get("offline") is None:
        raise unmet("No changes submitted", "wrong_input")
    _check_hotplug(op, instance)
    check_hvparams(instance.hypervisor, params["hvparams"])
    check_beparams(params["beparams"])
    _check_memory(cluster, instance, whole_beparams(params["beparams"]).get("maxmem"))
    if params.get("offline") and instance.admin_state == "up":
        raise unmet(
            f"Instance '{instance.name}' is marked to be up, can't change to offline"
            " without being down first"
        )
    if params["osparams"] or params.get("os_name"):
        os_name = params.get("os_name") or instance.os
        check_os(cluster, os_name, instance.primary, params["osparams"])


def _check_hotplug(op: Op, instance: Instance) -> None:
    devices = op.params["nics"] or op.params["disks"]
    if not devices or not instance.running or not op.params.get("hotplug"):
        return
    newer = "hotplug_if_possible" not in op.params
    if instance.hypervisor != "kvm" and not newer:
        raise unmet(
            "Hotplug is not possible: Hotplug is not supported: Hotplug is not"
            " supported by this hypervisor"
        )


def _check_memory(cluster: Cluster, instance: Instance, memory_mib: Any) -> None:
    if memory_mib is None:
        return
    node = cluster.nodes[instance.primary]
    missing = int(memory_mib) - memory_free(cluster, node) - (instance.oper_ram or 0)
    if missing > 0:
        raise unmet(
            "This change will prevent the instance from starting, due to"
            f" {missing} MB of memory missing on its primary node",
            "insufficient_resources",
        )


def _change_parameters(op: Op, instance: Instance, changes: Changes) -> None:
    params = op.params
    if params.get("os_name"):
        instance.os = params["os_name"]
    for prefix, values, current in (
        ("be", params["beparams"], instance.beparams),
        ("hv", params["hvparams"], instance.hvparams),
        ("os", params["osparams"], instance.osparams),
    ):
        changes.extend((f"{prefix}/{name}", value) for name, value in values.items())
        _merge(current, whole_beparams(values) if prefix == "be" else values)
        for name in [name for name, value in values.items() if value == "default"]:
            current.pop(name, None)


def _merge(current: dict[str, Any], values: dict[str, Any]) -> None:
    current.update({name: v for name, v in values.items() if v != "default"})


def _change_state(op: Op, instance: Instance, changes: Changes) -> None:
    offline = op.params.get("offline")
    if offline is not None:
        instance.admin_state = "offline" if offline else "down"
        changes.append(("admin_state", instance.admin_state))
    if op.params.get("runtime_mem"):
        instance.oper_ram = op.params["runtime_mem"]
        changes.append(("runtime_memory", instance.oper_ram))


# Devices


def _position(index: int, items: list[Any], kind: str) -> int:
    at = len(items) - 1 if index == -1 else index
    if not 0 <= at < len(items):
        last = len(items) - 1
        raise unmet(
            f"Invalid {kind} index: {index} (instance has 0 to {last})", "wrong_input"
        )
    return at


def _change_nics(
    cluster: Cluster, op: Op, instance: Instance, changes: Changes
) -> None:
    for change in op.params["nics"]:
        action, index, parameters = change
        if action == "add":
            nic = make_nic(cluster, op, parameters, instance.primary)
            instance.nics.append(nic)
            if nic.ip:
                parameters["ip"] = nic.ip
            change[2] = {"mac": nic.mac, **parameters}
            changes.append(_added_nic(cluster, len(instance.nics) - 1, nic))
            continue
        at = _position(index, instance.nics, "NIC")
        if action == "remove":
            cluster.release_address(instance.nics.pop(at))
            changes.append((f"NIC/{at}", "remove"))
        else:
            change_nic(cluster, op, instance.nics[at], parameters, instance.primary)
            changes.extend(
                (f"nic.{key}/{at}", value) for key, value in parameters.items()
            )


def _added_nic(cluster: Cluster, at: int, nic: Nic) -> tuple[str, str]:
    network = cluster.network_by_uuid(nic.network)
    return f"nic.{at}", (
        f"add:mac={nic.mac},ip={nic.ip},mode={nic.mode},link={nic.link}"
        f",network={network.name if network else None}"
    )


def _change_disks(
    cluster: Cluster, op: Op, instance: Instance, changes: Changes
) -> None:
    for action, index, parameters in op.params["disks"]:
        if action == "add":
            if instance.disk_template == "diskless":
                raise unmet("Must specify disk type on diskless instance")
            disk = make_disk(cluster, parameters)
            parameters |= {"size": disk.size, "mode": disk.mode}
            instance.disks.append(disk)
            at = len(instance.disks) - 1
            op.say(f"* disk {at}, size {disk.size}M")
            changes.append((f"disk/{at}", f"add:size={disk.size},mode={disk.mode}"))
        else:
            _change_disk(op, instance, (action, index, parameters), changes)


def _change_disk(
    op: Op,
    instance: Instance,
    change: tuple[str, int, dict[str, Any]],
    changes: Changes,
) -> None:
    action, index, parameters = change
    if action == "remove" and instance.running and not op.params.get("hotplug"):
        raise unmet(
            f"Instance '{instance.name}' is marked to be up, can't remove volume from"
            " a running instance without using hotplug"
        )
    at = _position(index, instance.disks, "disk")
    if action == "remove":
        del instance.disks[at]
        changes.append((f"disk/{at}", "remove"))
        return
    disk: Disk = instance.disks[at]
    disk.mode = parameters.get("mode", disk.mode)
    disk.name = parameters.get("name", disk.name)
    changes.extend((f"disk.{key}/{at}", value) for key, value in parameters.items())


def grow_disk(cluster: Cluster, op: Op) -> Work:
    instance = find(cluster, op)
    not_offline(instance)
    reachable(cluster, instance)
    index, amount = op.params["disk"], op.params["amount"]
    disk = instance.disks[_position(index, instance.disks, "disk")]
    size = amount if op.params["absolute"] else disk.size + amount
    if size < disk.size:
        raise unmet("A disk cannot be made smaller", "wrong_state")
    op.say(
        f"Growing disk {index} of instance '{instance.name}'"
        f" by {size - disk.size}M to {size}M"
    )
    yield 1
    disk.size = size
    instance.touch(op.now)
    return None
