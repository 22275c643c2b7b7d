"""The opcodes that RAPI submits: their parameters, defaults and checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from contrib.simulator.errors import RapiFault
from contrib.simulator.spec import Version

Check = Callable[[Any], bool]
OMITTED = object()


def boolean(value: Any) -> bool:
    return isinstance(value, bool)


def text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def mapping(value: Any) -> bool:
    return isinstance(value, dict)


def mappings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def one_of(*words: str) -> Check:
    return lambda value: value in words


def is_change(value: Any) -> bool:
    """Tell a change of a NIC or disk: ``[what, parameters]``, perhaps with an index."""
    if not isinstance(value, list) or not value or not isinstance(value[-1], dict):
        return False
    if len(value) == 2:
        return value[0] in {"add", "remove"} or isinstance(value[0], int)
    return (
        len(value) == 3
        and value[0] in {"add", "remove", "modify", "attach", "detach"}
        and isinstance(value[1], int | str)
    )


def changes(value: Any) -> bool:
    return isinstance(value, list) and all(map(is_change, value))


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter; without a default it is left out unless given."""

    check: Check
    default: Any = OMITTED
    required: bool = False
    since: Version = (2, 0)
    until: Version = (99, 0)

    def known_to(self, release: Version) -> bool:
        return self.since <= release < self.until


@dataclass(frozen=True, slots=True)
class Opcode:
    """One kind of opcode; ``seconds`` is what it takes on a quiet cluster."""

    id: str
    seconds: float
    params: Mapping[str, Param]
    subject: str | None = "instance_name"
    dry_run: bool = True
    defaults_by_release: Mapping[str, tuple[Version, Any]] = field(default_factory=dict)

    @property
    def class_name(self) -> str:
        return "".join(part.capitalize() for part in self.id.split("_"))

    def fill(self, parameters: Mapping[str, Any], release: Version) -> dict[str, Any]:
        """Check what was given and add the defaults."""
        self._check(parameters, release)
        filled = {}
        for name, param in self.params.items():
            if not param.known_to(release):
                continue
            value = parameters.get(name)
            if value is None:
                value = self._default(name, param, release)
            if value is not OMITTED:
                filled[name] = value
        return filled

    def _default(self, name: str, param: Param, release: Version) -> Any:
        since, newer = self.defaults_by_release.get(name, ((99, 0), None))
        return newer if release >= since else param.default

    def _check(self, parameters: Mapping[str, Any], release: Version) -> None:
        for name, value in parameters.items():
            param = self.params.get(name)
            if param is None or not param.known_to(release):
                raise RapiFault(
                    400,
                    f"Invalid body parameters: Object {self.class_name} doesn't"
                    f" support the parameter '{name}'",
                )
            if value is not None and not param.check(value):
                raise self._invalid(name)
        for name, param in self.params.items():
            if param.required and parameters.get(name) is None:
                raise self._invalid(name)

    def _invalid(self, name: str) -> RapiFault:
        reason = (f"Parameter '{self.id}.{name}' fails validation", "wrong_input")
        return RapiFault(400, f"Invalid body parameters: {reason}")


NAME = {"instance_name": Param(text, required=True)}
TIMEOUT = {"shutdown_timeout": Param(count, 120)}
PRIVATE_OSPARAMS = {
    "osparams": Param(mapping, {}),
    "osparams_private": Param(mapping, {}, since=(2, 12)),
    "osparams_secret": Param(mapping, {}, since=(2, 12)),
}
MOVE = {
    "target_node": Param(text),
    "target_node_uuid": Param(text),
    "ignore_ipolicy": Param(boolean, False, since=(2, 6)),
    "iallocator": Param(text),
    "cleanup": Param(boolean, False),
}
TAGS = {
    "kind": Param(text, required=True),
    "tags": Param(texts, []),
    "name": Param(text),
}
HOTPLUG_DEFAULT = ((3, 1), True)

_ALL = [
    Opcode(
        "OP_INSTANCE_STARTUP",
        0.6,
        {
            **NAME,
            "force": Param(boolean, False),
            "ignore_offline_nodes": Param(boolean, False),
            "hvparams": Param(mapping, {}),
            "beparams": Param(mapping, {}),
            "no_remember": Param(boolean, False, since=(2, 5)),
            "startup_paused": Param(boolean, False),
            **TIMEOUT,
        },
    ),
    Opcode(
        "OP_INSTANCE_SHUTDOWN",
        0.55,
        {
            **NAME,
            "force": Param(boolean, False, since=(2, 7)),
            "ignore_offline_nodes": Param(boolean, False),
            "timeout": Param(count, 120),
            "no_remember": Param(boolean, False, since=(2, 5)),
            "admin_state_source": Param(text, "admin", since=(2, 14)),
        },
    ),
    Opcode(
        "OP_INSTANCE_REBOOT",
        0.55,
        {
            **NAME,
            **TIMEOUT,
            "ignore_secondaries": Param(boolean, False),
            "reboot_type": Param(one_of("soft", "hard", "full"), "hard"),
        },
    ),
    Opcode(
        "OP_INSTANCE_REINSTALL",
        1.3,
        {
            **NAME,
            "force_variant": Param(boolean, False),
            "os_type": Param(text),
            **PRIVATE_OSPARAMS,
        },
        dry_run=False,
    ),
    Opcode(
        "OP_INSTANCE_REMOVE",
        0.7,
        {**NAME, **TIMEOUT, "ignore_failures": Param(boolean, False)},
    ),
    Opcode(
        "OP_INSTANCE_RENAME",
        1.0,
        {
            **NAME,
            "new_name": Param(text, required=True),
            "name_check": Param(boolean, True),
            "ip_check": Param(boolean, False),
        },
        subject=None,
        dry_run=False,
        defaults_by_release={"name_check": ((3, 1), False)},
    ),
    Opcode(
        "OP_INSTANCE_SET_PARAMS",
        0.5,
        {
            **NAME,
            "force": Param(boolean, False),
            "force_variant": Param(boolean, False),
            "ignore_ipolicy": Param(boolean, False, since=(2, 6)),
            "nics": Param(changes, []),
            "disks": Param(changes, []),
            "beparams": Param(mapping, {}),
            "runtime_mem": Param(count, since=(2, 6)),
            "hvparams": Param(mapping, {}),
            "ext_params": Param(mapping, {}, since=(2, 14)),
            "disk_template": Param(text),
            "pnode": Param(text),
            "remote_node": Param(text),
            "iallocator": Param(text, since=(2, 16)),
            "os_name": Param(text),
            "osparams": Param(mapping, {}),
            "osparams_private": Param(mapping, since=(2, 12)),
            "wait_for_sync": Param(boolean, True),
            "offline": Param(boolean, since=(2, 6)),
            "conflicts_check": Param(boolean, True, since=(2, 7)),
            "hotplug": Param(boolean, False, since=(2, 10)),
            "hotplug_if_possible": Param(boolean, False, since=(2, 10), until=(3, 1)),
            "instance_communication": Param(boolean, since=(2, 13)),
        },
        dry_run=False,
        defaults_by_release={"hotplug": HOTPLUG_DEFAULT},
    ),
    Opcode(
        "OP_INSTANCE_MIGRATE",
        1.4,
        {
            **NAME,
            "mode": Param(one_of("live", "non-live")),
            **MOVE,
            "allow_runtime_changes": Param(boolean, True, since=(2, 6)),
            "allow_failover": Param(boolean, False),
            "ignore_hvversions": Param(boolean, False, since=(2, 13)),
        },
        dry_run=False,
    ),
    Opcode(
        "OP_INSTANCE_FAILOVER",
        0.9,
        {**NAME, **TIMEOUT, "ignore_consistency": Param(boolean, False), **MOVE},
        dry_run=False,
    ),
    Opcode(
        "OP_INSTANCE_GROW_DISK",
        0.8,
        {
            **NAME,
            "wait_for_sync": Param(boolean, True),
            "disk": Param(count, required=True),
            "amount": Param(count, required=True),
            "absolute": Param(boolean, False),
            "ignore_ipolicy": Param(boolean, False, since=(2, 13)),
        },
        dry_run=False,
    ),
    Opcode(
        "OP_INSTANCE_CREATE",
        1.6,
        {
            **NAME,
            "force_variant": Param(boolean, False),
            "wait_for_sync": Param(boolean, True),
            "name_check": Param(boolean, True),
            "ignore_ipolicy": Param(boolean, False, since=(2, 6)),
            "opportunistic_locking": Param(boolean, False, since=(2, 7)),
            "beparams": Param(mapping, {}),
            "disks": Param(mappings, required=True),
            "disk_template": Param(text),
            "group_name": Param(text, since=(2, 13)),
            "file_driver": Param(text, "loop"),
            "file_storage_dir": Param(text),
            "hvparams": Param(mapping, {}),
            "hypervisor": Param(text),
            "iallocator": Param(text),
            "identify_defaults": Param(boolean, False),
            "ip_check": Param(boolean, True),
            "conflicts_check": Param(boolean, True, since=(2, 7)),
            "mode": Param(one_of("create", "import", "remote-import"), required=True),
            "nics": Param(mappings, required=True),
            "no_install": Param(boolean),
            **PRIVATE_OSPARAMS,
            "os_type": Param(text),
            "pnode": Param(text),
            "pnode_uuid": Param(text),
            "snode": Param(text),
            "source_shutdown_timeout": Param(count, 120),
            "compress": Param(text, "none"),
            "start": Param(boolean, True),
            "forthcoming": Param(boolean, False, since=(2, 14)),
            "commit": Param(boolean, False, since=(2, 14)),
            "tags": Param(texts, [], since=(2, 5)),
            "instance_communication": Param(boolean, False, since=(2, 13)),
            "helper_startup_timeout": Param(count, 300, since=(2, 13)),
            "helper_shutdown_timeout": Param(count, 7200, since=(2, 13)),
        },
        defaults_by_release={
            "name_check": ((3, 1), False),
            "ip_check": ((3, 1), False),
        },
    ),
    Opcode("OP_TAGS_SET", 0.2, TAGS, subject=None),
    Opcode("OP_TAGS_DEL", 0.2, TAGS, subject=None),
]
OPCODES: dict[str, Opcode] = {opcode.id: opcode for opcode in _ALL}
