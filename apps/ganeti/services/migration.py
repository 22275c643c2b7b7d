"""Move an instance to another node; each raises ActionRefused, NotNow or RapiError."""

from typing import Literal

from django.utils.translation import gettext_noop

from apps.auditlog.entries import Acting

from ..domain.instance import Instance
from ..jobs.submission import Action, submit
from ..jobs.targets import instance_target
from ..models import Cluster, Job
from ..rapi.client import RapiClient
from . import availability

Kind = Job.Kind
MigrationMode = Literal["live", "non-live"]


def migrate(  # noqa: PLR0913 - as many as Ganeti has
    cluster: Cluster,
    instance: Instance,
    *,
    by: Acting,
    target_node: str = "",
    live: bool = True,
    allow_failover: bool = False,
) -> Job:
    """Migrate a running instance.

    Without ``target_node`` it goes to the node that mirrors its disks, or the one that
    the cluster's allocator chooses. Unless ``live``, it is paused meanwhile. With
    ``allow_failover``, Ganeti fails it over if it can't be migrated.
    """
    availability.check(Kind.MIGRATE, cluster, instance, by)
    mode: MigrationMode = "live" if live else "non-live"

    def call(client: RapiClient, reason: str) -> int:
        return client.migrate(
            instance.name,
            reason=reason,
            mode=mode,
            target_node=target_node or None,
            allow_failover=allow_failover,
        )

    detail = _detail(gettext_noop("migrate"), target_node)
    return submit(
        cluster, instance_target(instance), Action(Kind.MIGRATE, call, detail), by=by
    )


def failover(
    cluster: Cluster,
    instance: Instance,
    *,
    by: Acting,
    target_node: str = "",
    ignore_consistency: bool = False,
) -> Job:
    """Stop an instance, if it runs, and start it on another node, as in `migrate`.

    ``ignore_consistency``: even if the disks there may lack the last writes.
    """
    availability.check(Kind.FAILOVER, cluster, instance, by)

    def call(client: RapiClient, reason: str) -> int:
        return client.failover(
            instance.name,
            reason=reason,
            target_node=target_node or None,
            ignore_consistency=ignore_consistency,
        )

    detail = _detail(gettext_noop("fail over"), target_node)
    return submit(
        cluster, instance_target(instance), Action(Kind.FAILOVER, call, detail), by=by
    )


def _detail(action: str, target_node: str) -> str:
    return f"{action}: {target_node}" if target_node else ""
