"""What a cluster says about itself."""

from dataclasses import dataclass
from typing import Any, Self

from .policy import ANYTHING, Policy


@dataclass(frozen=True, slots=True)
class ClusterInfo:
    """The part of ``GET /2/info`` that pages and services use."""

    name: str
    uuid: str
    version: str
    master: str
    hypervisors: tuple[str, ...]
    disk_templates: tuple[str, ...]
    tags: tuple[str, ...]
    policy: Policy = ANYTHING

    @classmethod
    def from_rapi(cls, answer: dict[str, Any]) -> Self:
        """Build from the answer; versions before 2.8 name no disk templates."""
        return cls(
            name=answer.get("name") or "",
            uuid=answer.get("uuid") or "",
            version=answer.get("software_version") or "",
            master=answer.get("master") or "",
            hypervisors=tuple(answer.get("enabled_hypervisors") or ()),
            disk_templates=tuple(answer.get("enabled_disk_templates") or ()),
            tags=tuple(answer.get("tags") or ()),
            policy=Policy.from_rapi(answer.get("ipolicy")),
        )
