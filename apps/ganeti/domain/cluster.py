"""What a cluster says about itself."""

from collections.abc import Iterable
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


def storage_providers(tags: Iterable[str], prefix: str) -> dict[str, dict[str, str]]:
    """Return the extstorage providers that a cluster's tags offer.

    ``PREFIX:ext:PROVIDER`` offers one, ``PREFIX:ext:PROVIDER:params:KEY:VALUE`` is a
    parameter of its disks. Parameters of a provider that is not offered are nobody's.
    """
    start = f"{prefix}:ext:"
    texts = sorted(tag.removeprefix(start) for tag in tags if tag.startswith(start))
    found: dict[str, dict[str, str]] = {
        text: {} for text in texts if text and ":" not in text
    }
    for text in texts:
        name, _, rest = text.partition(":params:")
        key, colon, value = rest.partition(":")
        if name in found and key and colon:
            found[name][key] = value
    return found
