"""Checks of hypervisor and backend parameters."""

from __future__ import annotations

from typing import Any

from contrib.simulator import parameters
from contrib.simulator.errors import OpError, unmet
from contrib.simulator.state import Cluster


def check_hvparams(hypervisor: str, hvparams: dict[str, Any]) -> None:
    defaults = parameters.hvparams(hypervisor)
    shared = parameters.cluster_hvparams(hypervisor)[hypervisor]
    cluster_wide = sorted(name for name in hvparams if name in shared.keys() - defaults)
    if cluster_wide:
        raise unmet(
            "The following hypervisor parameters are global and cannot be customized"
            " at instance level, please modify them at cluster level:"
            f" {', '.join(cluster_wide)}",
            "wrong_input",
        )
    for name, value in hvparams.items():
        if name not in defaults:
            raise OpError("TypeEnforcementError", f"Unknown parameter '{name}'")
        if value not in {"default", "auto"}:
            _check_hvparam(name, value, defaults[name])


def _check_hvparam(name: str, value: Any, default: Any) -> None:
    if isinstance(default, bool):
        if not isinstance(value, bool) and str(value).lower() not in {"true", "false"}:
            raise OpError("TypeEnforcementError", f"'{name}': {value} is not a boolean")
    elif isinstance(default, int):
        check_integer(name, value)
    choices = parameters.HV_CHOICES.get(name)
    words = str(value).split(",") if name == "boot_order" else [value]
    if choices and not set(words) <= set(choices):
        raise OpError(
            "HypervisorError",
            f"Parameter '{name}' fails syntax check: The value must be one of:"
            f" {', '.join(choices)} (current value: '{value}')",
        )


def check_integer(name: str, value: Any) -> None:
    try:
        int(value)
    except (TypeError, ValueError) as exc:
        raise OpError(
            "TypeEnforcementError", f"'{name}' (value {value}) is not a valid integer"
        ) from exc


def check_beparams(beparams: dict[str, Any]) -> None:
    for name, value in beparams.items():
        if name not in parameters.BEPARAMS and name != "memory":
            raise OpError("TypeEnforcementError", f"Unknown parameter '{name}'")
        if value != "default" and not isinstance(value, bool):
            check_integer(name, value)
    if beparams.get("vcpus") == 0:
        raise unmet(
            "Instance violates policy: cpu-count value 0 is not in range [1, 64]",
            "wrong_input",
        )


def check_policy(cluster: Cluster, params: dict[str, Any], node: str) -> None:
    """Check the instance policy of the node's group."""
    group = cluster.groups[cluster.nodes[node].group]
    policy = {**parameters.ipolicy(cluster.disk_templates), **group.custom_ipolicy}
    for name, value in _sizes({**parameters.BEPARAMS, **params["beparams"]}, params):
        key = name.partition("/")[0]
        limits = [
            (pair["min"].get(key, 0), pair["max"].get(key, value))
            for pair in policy["minmax"]
        ]
        if not any(smallest <= value <= largest for smallest, largest in limits):
            smallest, largest = limits[0]
            raise unmet(
                f"Instance allocation to group {group.uuid} ({group.name}) violates"
                f" policy: {name} value {value} is not in range"
                f" [{smallest}, {largest}]",
                "wrong_input",
            )


def _sizes(beparams: dict[str, Any], params: dict[str, Any]) -> list[tuple[str, int]]:
    memory = beparams.get("memory", beparams["maxmem"])
    disks = enumerate(params["disks"])
    return [
        ("memory-size", int(memory)),
        ("cpu-count", int(beparams["vcpus"])),
        *(
            (f"disk-size/{number}", int(disk["size"]))
            for number, disk in disks
            if str(disk.get("size")).isdigit()
        ),
    ]
