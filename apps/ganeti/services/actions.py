"""Look up the service of each kind of job that has its own button."""

from typing import Protocol, cast

from django.utils.module_loading import import_string

from apps.auditlog.entries import Acting

from ..domain.instance import Instance
from ..jobs.kinds import KINDS
from ..models import Cluster, Job


class Service(Protocol):
    """Submits a job for an instance; ``options`` are those of the kind's form."""

    def __call__(
        self, cluster: Cluster, instance: Instance, *, by: Acting, **options: object
    ) -> Job: ...


def service_for(kind: Job.Kind) -> Service:
    """Return the service of a kind of job; it raises as those in `power` do."""
    return cast(Service, import_string(f"apps.ganeti.services.{KINDS[kind].service}"))
