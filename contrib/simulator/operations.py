"""What opcodes do to a cluster: power, tags and moves.

Each is a generator.  Before its first ``yield`` it checks what it needs; it yields
shares of its opcode's time, and returns the opcode's result.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from contrib.simulator import parameters
from contrib.simulator.errors import OpError, unknown_entity, unmet
from contrib.simulator.jobs import Op, Work
from contrib.simulator.state import Cluster, Instance

Operation = Callable[[Cluster, Op], Work]
VALID_TAG = re.compile(r"[a-zA-Z0-9.+*/:@_-]+")
MAX_TAG_LENGTH = 128
MAX_TAGS = 4096


def find(cluster: Cluster, op: Op) -> Instance:
    """Find the opcode's instance and note its uuid in the opcode."""
    instance = cluster.instance(op.params["instance_name"])
    op.params["instance_uuid"] = instance.uuid
    return instance


NO_CONNECTION = "Failed to connect to {address} port 1811: Connection refused"


def no_connection(cluster: Cluster, instance: Instance) -> str | None:
    """Return why the primary node cannot be reached, if so."""
    node = cluster.nodes[instance.primary]
    if node.offline:
        return "Node is marked offline"
    return NO_CONNECTION.format(address=node.address) if node.unreachable else None


def reachable(cluster: Cluster, instance: Instance) -> None:
    """Raise unless the primary node answers."""
    node = cluster.usable_node(instance.primary)
    failure = no_connection(cluster, instance)
    if failure:
        raise unmet(
            f"Error checking bridges on destination node '{node.name}': {failure}",
            "environment_error",
        )


def stoppable(cluster: Cluster, instance: Instance, where: str = "") -> None:
    """Raise unless the primary node can stop the instance."""
    failure = no_connection(cluster, instance)
    if failure:
        name = f"{instance.name} on node {where}" if where else f"'{instance.name}'"
        raise OpError("OpExecError", f"Could not shutdown instance {name}: {failure}")


def not_offline(instance: Instance) -> None:
    if instance.admin_state == "offline":
        raise unmet(
            f"Instance '{instance.name}' is marked to be offline, can't use"
            " instance from outside down, up states"
        )


def dry(op: Op) -> bool:
    if op.dry_run:
        op.info("dry-run mode requested, not actually executing the operation")
    return bool(op.dry_run)


def startup(cluster: Cluster, op: Op) -> Work:
    instance = find(cluster, op)
    not_offline(instance)
    reachable(cluster, instance)
    if dry(op):
        return None
    yield 1
    if not op.params.get("no_remember"):
        instance.admin_state, instance.admin_source = "up", "admin"
        instance.touch(op.now)
    cluster.start(instance)
    return None


def shutdown(cluster: Cluster, op: Op) -> Work:
    instance = find(cluster, op)
    if not op.params.get("force"):
        not_offline(instance)
    cluster.usable_node(instance.primary)
    if dry(op):
        return None
    yield 0.5
    stoppable(cluster, instance)
    yield 0.5
    if not op.params.get("no_remember") and instance.admin_state != "offline":
        instance.admin_state, instance.admin_source = "down", "admin"
        instance.touch(op.now)
    cluster.stop(instance)
    return None


def reboot(cluster: Cluster, op: Op) -> Work:
    instance = find(cluster, op)
    not_offline(instance)
    reachable(cluster, instance)
    if dry(op):
        return None
    yield 0.4
    if not instance.running:
        op.info(f"Instance {instance.name} was already stopped, starting now")
    yield 0.6
    if instance.admin_state != "up":
        instance.admin_state = "up"
        instance.touch(op.now)
    cluster.start(instance)
    return None


def remove(cluster: Cluster, op: Op) -> Work:
    instance = find(cluster, op)
    if dry(op):
        return None
    yield 0.5
    if not op.params["ignore_failures"]:
        stoppable(cluster, instance, instance.primary)
    cluster.stop(instance)
    yield 0.5
    cluster.remove(instance)
    return None


# Tags


def _tagged(cluster: Cluster, op: Op) -> tuple[set[str], Callable[[], None]]:
    """Return a kind's set of tags, and the function that records a change."""
    kind, name = op.params["kind"], op.params.get("name", "")
    if kind == "instance":
        instance = cluster.instance(name)
        return instance.tags, lambda: instance.touch(op.now)
    if kind == "cluster":
        return cluster.tags, lambda: setattr(cluster, "modified", op.now)
    tables: dict[str, dict[str, Any]] = {
        "nodegroup": cluster.groups,
        "node": cluster.nodes,
        "network": cluster.networks,
    }
    item = tables[kind].get(name)
    if item is None and kind == "nodegroup":
        raise unmet(f"Node group '{name}' not found", "unknown_entity")
    if item is None:
        raise unknown_entity(kind.capitalize(), name)
    return item.tags, lambda: setattr(item, "serial_no", item.serial_no + 1)


def check_tags(tags: list[str]) -> None:
    for tag in tags:
        if len(tag) > MAX_TAG_LENGTH:
            raise OpError("TagError", f"Tag too long (>{MAX_TAG_LENGTH} characters)")
        if not tag:
            raise OpError("TagError", "Tags cannot be empty")
        if not VALID_TAG.fullmatch(tag):
            raise OpError("TagError", "Tag contains invalid characters")


def tags_set(cluster: Cluster, op: Op) -> Work:
    tags, changed = _tagged(cluster, op)
    check_tags(op.params["tags"])
    if len(tags | set(op.params["tags"])) > MAX_TAGS:
        raise OpError("TagError", f"Too many tags (>{MAX_TAGS})")
    if dry(op):
        return None
    yield 1
    tags.update(op.params["tags"])
    changed()
    return None


def tags_del(cluster: Cluster, op: Op) -> Work:
    tags, changed = _tagged(cluster, op)
    check_tags(op.params["tags"])
    absent = sorted(set(op.params["tags"]) - tags)
    if absent:
        shown = ", ".join(f"'{tag}'" for tag in absent)
        raise unmet(f"Tag(s) {shown} not found", "unknown_entity")
    if dry(op):
        return None
    yield 1
    tags.difference_update(op.params["tags"])
    changed()
    return None


# Moves


def _destination(cluster: Cluster, op: Op, instance: Instance, verb: str) -> str:
    if instance.disk_template not in parameters.MOVABLE_TEMPLATES:
        raise unmet(
            f"Instance's disk layout '{instance.disk_template}' does not allow {verb}"
        )
    target = op.params.get("target_node")
    if instance.disk_template == "drbd":
        if target:
            raise unmet(
                f"Explicit specification of an iallocator or target node is not"
                f" allowed with instances based on drbd disks ({verb})",
                "wrong_state",
            )
        return str(instance.secondary)
    if target:
        node = cluster.usable_node(target)
        op.params["target_node_uuid"] = node.uuid
        return node.name
    name = allocate(cluster, cluster.nodes[instance.primary].group, instance.primary)
    op.params["iallocator"] = "hail"
    op.info(f"Selected nodes for instance {instance.name} via iallocator hail: {name}")
    return name


def allocate(cluster: Cluster, group: str | None, other_than: str | None = None) -> str:
    """Choose the usable node with the fewest instances."""
    usable = [
        node.name
        for node in cluster.nodes.values()
        if not node.offline
        and not node.unreachable
        and node.role != "D"
        and node.name != other_than
        and (group is None or node.group == group)
    ]
    if not usable:
        raise unmet(
            "Can't compute nodes using iallocator 'hail': Request failed:"
            " Can't find any good node: ",
            "insufficient_resources",
        )
    load = dict.fromkeys(usable, 0)
    for instance in cluster.instances.values():
        if instance.primary in load:
            load[instance.primary] += 1
    return min(usable, key=lambda name: load[name])


def _move(cluster: Cluster, instance: Instance, target: str, op: Op) -> None:
    if instance.secondary:
        instance.secondary = instance.primary
    instance.primary = cluster.nodes[target].name
    instance.touch(op.now)


def migrate(cluster: Cluster, op: Op) -> Work:
    instance = find(cluster, op)
    target = _destination(cluster, op, instance, "migrations")
    failure = no_connection(cluster, instance)
    if failure:
        raise unmet(f"Can't migrate, please use failover: {failure}")
    if not instance.running and not op.params["allow_failover"]:
        raise unmet(
            "Can't migrate, please use failover: Instance"
            f" {instance.name} is not running"
        )
    op.params.setdefault("mode", "live")
    op.say(f"Migrating instance {instance.name}")
    yield 0.4
    op.say(f"* preparing {target} to accept the instance")
    op.say(f"* migrating instance to {target}")
    op.say("* starting memory transfer")
    yield 0.5
    op.say("* memory transfer complete")
    _move(cluster, instance, target, op)
    yield 0.1
    op.say("* done")
    return None


def failover(cluster: Cluster, op: Op) -> Work:
    instance = find(cluster, op)
    target = _destination(cluster, op, instance, "failovers")
    op.say(f"Failover instance {instance.name}")
    yield 0.5
    op.say("* shutting down instance on source node")
    if no_connection(cluster, instance):
        op.say(
            f" - WARNING: Could not shutdown instance {instance.name} on node"
            f" {instance.primary}, proceeding anyway"
        )
    yield 0.3
    op.say("* deactivating the instance's disks on source node")
    _move(cluster, instance, target, op)
    if instance.admin_state == "up":
        op.say("* activating the instance's disks on target node")
        op.say("* starting the instance on the target node")
        cluster.start(instance)
    yield 0.2
    return None
