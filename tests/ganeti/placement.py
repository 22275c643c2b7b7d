"""Instance policies and networks, which limit placement."""

from typing import Any

SMALL = {"memory-size": 128, "disk-size": 0, "cpu-count": 1}


def ipolicy(*templates: str, memory: int = 65536) -> dict[str, Any]:
    """Return a policy that allows instances up to this size, of these templates."""
    largest = {"memory-size": memory, "disk-size": 1048576, "cpu-count": 16}
    return {
        "minmax": [{"min": SMALL, "max": largest}],
        "disk-templates": list(templates or ("plain", "drbd")),
    }


def pool(name: str, *groups: str, free: int = 10) -> dict[str, Any]:
    return {
        "name": name,
        "uuid": f"uuid-of-{name}",
        "network": "192.0.2.0/24",
        "free_count": free,
        "reserved_count": 256 - free,
        "group_list": [[group, "routed", f"to-{name}", ""] for group in groups],
        "tags": [],
    }
