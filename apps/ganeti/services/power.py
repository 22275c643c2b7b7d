"""Start, shut down, reboot; each raises ActionRefused, NotNow or RapiError."""

from django.utils.translation import gettext_noop

from apps.auditlog.entries import Acting

from ..domain.instance import Instance
from ..jobs.submission import Action, submit
from ..jobs.targets import instance_target
from ..models import Cluster, Job
from ..rapi.client import RapiClient, RebootKind
from . import availability

Kind = Job.Kind

# Kept in English, for Ganeti too; translated where they are shown.
SOFT = gettext_noop("soft reboot")
_REBOOTS: dict[RebootKind, str] = {
    "hard": gettext_noop("hard reboot"),
    "soft": SOFT,
    "full": gettext_noop("full reboot"),
}


def startup(cluster: Cluster, instance: Instance, *, by: Acting) -> Job:
    """Start an instance."""
    availability.check(Kind.STARTUP, cluster, instance, by)

    def call(client: RapiClient, reason: str) -> int:
        return client.startup(instance.name, reason=reason)

    return submit(cluster, instance_target(instance), Action(Kind.STARTUP, call), by=by)


def shutdown(
    cluster: Cluster,
    instance: Instance,
    *,
    by: Acting,
    timeout_s: int | None = None,
    force: bool = False,
) -> Job:
    """Shut an instance down.

    ``timeout_s`` is how long the guest may take before it is powered off, by default
    Ganeti's 120 seconds. ``force`` powers it off at once: it is a timeout of 0, not
    what Ganeti calls force.
    """
    availability.check(Kind.SHUTDOWN, cluster, instance, by)

    def call(client: RapiClient, reason: str) -> int:
        return client.shutdown(
            instance.name, reason=reason, timeout_s=0 if force else timeout_s
        )

    detail = _shutdown_detail(timeout_s, force)
    return submit(
        cluster, instance_target(instance), Action(Kind.SHUTDOWN, call, detail), by=by
    )


def _shutdown_detail(timeout_s: int | None, force: bool) -> str:
    if force:
        return gettext_noop("shutdown, forced")
    if timeout_s is None:
        return ""
    return gettext_noop("shutdown, time allowed") + f": {timeout_s} s"


def reboot(
    cluster: Cluster, instance: Instance, *, by: Acting, kind: RebootKind = "hard"
) -> Job:
    """Reboot an instance."""
    availability.check(Kind.REBOOT, cluster, instance, by)

    def call(client: RapiClient, reason: str) -> int:
        return client.reboot(instance.name, reason=reason, kind=kind)

    action = Action(Kind.REBOOT, call, _REBOOTS[kind])
    return submit(cluster, instance_target(instance), action, by=by)
