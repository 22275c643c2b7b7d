"""Capabilities by version of Ganeti (from its NEWS and its RAPI document)."""

import re
from enum import Enum, auto

Version = tuple[int, int]
UNKNOWN: Version = (0, 0)
# The oldest supported version; older ones lack most of what the site needs.
OLDEST: Version = (2, 4)


class Capability(Enum):
    """A feature that not every version of Ganeti has."""

    QUERY = auto()
    FAILOVER = auto()
    SHUTDOWN_TIMEOUT = auto()
    TAGS_FOR_NEW = auto()
    GROUP_TAGS = auto()
    CONSOLE = auto()
    NO_REMEMBER = auto()
    STRICT_BODIES = auto()
    FORCED_SHUTDOWN = auto()
    POLICY = auto()
    MIN_MAX_MEMORY = auto()
    NETWORKS = auto()
    NUMERIC_JOB_IDS = auto()
    REASON = auto()
    HOTPLUG = auto()
    GROUP_FOR_NEW = auto()
    CLEAR_OSPARAMS = auto()
    HOTPLUG_BY_DEFAULT = auto()


SINCE: dict[Capability, Version] = {
    Capability.QUERY: (2, 5),
    Capability.FAILOVER: (2, 5),
    Capability.SHUTDOWN_TIMEOUT: (2, 5),
    Capability.TAGS_FOR_NEW: (2, 5),
    Capability.GROUP_TAGS: (2, 5),
    Capability.CONSOLE: (2, 5),
    Capability.NO_REMEMBER: (2, 5),
    Capability.STRICT_BODIES: (2, 5),
    Capability.FORCED_SHUTDOWN: (2, 7),
    Capability.POLICY: (2, 6),
    Capability.MIN_MAX_MEMORY: (2, 6),
    Capability.NETWORKS: (2, 7),
    Capability.NUMERIC_JOB_IDS: (2, 8),
    Capability.REASON: (2, 8),
    Capability.HOTPLUG: (2, 10),
    Capability.GROUP_FOR_NEW: (2, 13),
    Capability.CLEAR_OSPARAMS: (2, 16),
    Capability.HOTPLUG_BY_DEFAULT: (3, 1),
}


def parse(text: str) -> Version:
    """Return (major, minor) of ``3.0.2`` or ``Ganeti 3.0.2``; (0, 0) if unreadable."""
    match = re.search(r"(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def since(capability: Capability) -> str:
    """Return the first version with a capability, as in 2.10."""
    major, minor = SINCE[capability]
    return f"{major}.{minor}"


def supports(version: Version, capability: Capability) -> bool:
    """Return whether a version of Ganeti has a capability."""
    return version >= SINCE[capability]
