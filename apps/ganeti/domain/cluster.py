"""General information about a cluster."""

from dataclasses import dataclass
from typing import Self

from . import values
from .policy import UNRESTRICTED, Policy
from .values import Values

# Those that pages show; "memory" is of versions before 2.6.
_BACKEND_PARAMETERS = (
    "memory",
    "minmem",
    "maxmem",
    "vcpus",
    "auto_balance",
    "always_failover",
    "spindle_use",
)


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
    policy: Policy = UNRESTRICTED
    allocator: str = ""
    candidate_pool_size: int | None = None
    beparams: tuple[tuple[str, str | int | float | bool], ...] = ()

    @classmethod
    def from_rapi(cls, answer: Values) -> Self:
        """Build from the answer; versions before 2.8 name no disk templates.

        Raises UnreadableError.
        """
        return cls(
            name=values.text(answer, "name"),
            uuid=values.uuid(answer),
            version=values.text(answer, "software_version"),
            master=values.text(answer, "master"),
            hypervisors=values.texts(answer, "enabled_hypervisors"),
            disk_templates=values.texts(
                answer, "enabled_disk_templates", values.MAX_TEMPLATE_LENGTH
            ),
            tags=values.texts(answer, "tags"),
            policy=Policy.from_rapi(values.mapping(answer, "ipolicy")),
            allocator=values.text(answer, "default_iallocator"),
            candidate_pool_size=values.integer(answer, "candidate_pool_size"),
            beparams=_default_beparams(answer),
        )


def _default_beparams(
    answer: Values,
) -> tuple[tuple[str, str | int | float | bool], ...]:
    """Return the backend parameters of instances that set none of their own."""
    default = values.mapping(values.mapping(answer, "beparams"), "default")
    return tuple(values.scalars(default, {name: name for name in _BACKEND_PARAMETERS}))
