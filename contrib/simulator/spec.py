"""Specification of a simulated cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Version = tuple[int, int]


def parse_version(text: str) -> Version:
    """Read ``3.0.2`` or ``2.16`` as ``(3, 0)`` or ``(2, 16)``."""
    major, minor, *_ = [*text.split("."), "0"]
    return int(major), int(minor)


@dataclass(frozen=True, slots=True)
class ClusterSpec:
    """One cluster to simulate; the same numbers and seed give the same cluster.

    ``owners`` says how many instances each user gets by a tag.  ``speed`` divides
    the time that jobs take.  ``lab`` makes the small fixed cluster that
    ``contrib/lab`` builds from a real Ganeti, without any instance.
    """

    name: str = "athens"
    version: str = "3.0.2"
    hypervisor: str = "kvm"
    nodes: int = 4
    instances: int = 20
    seed: int = 1
    domain: str = "example.org"
    owners: Mapping[str, int] = field(default_factory=dict)
    tag_prefix: str = "ganetimgr"
    lab: bool = False
    user: str = "ganetimgr"
    password: str = "secret"  # noqa: S105
    read_user: str = "viewer"
    read_password: str = "secret"  # noqa: S105
    require_authentication: bool = True
    latency_ms: float = 0
    live_latency_ms: float = 0
    speed: float = 1.0
    max_clients: int = 20
    archive_after_s: float = 6 * 3600
    host: str = "127.0.0.1"
    port: int = 0

    @property
    def release(self) -> Version:
        return parse_version(self.version)

    @property
    def full_version(self) -> str:
        """The version as a daemon says it, with a revision."""
        return self.version if self.version.count(".") > 1 else f"{self.version}.0"

    @classmethod
    def laboratory(cls, **changes: object) -> ClusterSpec:
        """Describe the cluster that ``contrib/lab/lab up fake`` makes."""
        values: dict[str, object] = {
            "name": "cluster",
            "hypervisor": "fake",
            "nodes": 3,
            "instances": 0,
            "lab": True,
            "require_authentication": False,
        }
        return cls(**{**values, **changes})  # type: ignore[arg-type]
