"""Change how an instance's hypervisor runs it; raises as `power` does."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop

from apps.auditlog.entries import Acting, Change

from ..domain import hypervisors, tags
from ..domain.instance import Instance
from ..domain.job import Step
from ..jobs import steps
from ..jobs.submission import Action, submit
from ..jobs.targets import instance_target
from ..models import Cluster, Job
from ..rapi.client import RapiClient
from . import availability

Values = Mapping[str, Any]

# Kept in English in the audit log; translated where they are shown.
NAMES: Mapping[str, str] = {
    hypervisors.BOOT: gettext_noop("Boot from"),
    hypervisors.CDROM: gettext_noop("CD-ROM"),
    hypervisors.DISK: gettext_noop("Disk type"),
    hypervisors.NIC: gettext_noop("Network card"),
    hypervisors.LOCAL_TIME: gettext_noop("Clock in local time"),
    hypervisors.ROOT: gettext_noop("Root device"),
    hypervisors.KERNEL: gettext_noop("Kernel arguments"),
}


def current(instance: Instance) -> dict[str, Any]:
    """Return what the owner may choose, as it is now."""
    known = instance.hypervisor_parameters
    return {
        name: known.get(name, False if name == hypervisors.LOCAL_TIME else "")
        for name in hypervisors.parameters(instance.hypervisor)
    }


def differences(instance: Instance, wanted: Values) -> dict[str, Any]:
    """Return those of the wanted values that are not in force already."""
    now = current(instance)
    return {
        name: value
        for name, value in wanted.items()
        if name in now and value != now[name]
    }


def change(
    cluster: Cluster, instance: Instance, wanted: Values, *, by: Acting
) -> Job | None:
    """Ask for what differs; None if nothing does.

    What runs keeps running as it was until its next reboot, and says so by a tag.
    """
    availability.check(Job.Kind.CONFIGURE, cluster, instance, by)
    hvparams = differences(instance, wanted)
    if not hvparams:
        return None

    def call(client: RapiClient, reason: str) -> int:
        return client.modify(instance.name, {"hvparams": hvparams}, reason=reason)

    action = Action(
        Job.Kind.CONFIGURE,
        call,
        changes=_changes(instance, hvparams),
        then=[] if instance.running is False else [_needs_reboot()],
    )
    return submit(cluster, instance_target(instance), action, by=by)


def _needs_reboot() -> Step:
    tag = tags.write(settings.GANETI_TAG_PREFIX, tags.NEEDS_REBOOT)
    return steps.add_tags(tag)


def _changes(instance: Instance, hvparams: Values) -> list[Change]:
    now = current(instance)
    return [
        (NAMES[name], _written(now[name]), _written(value))
        for name, value in hvparams.items()
    ]


def _written(value: Any) -> str | None:
    """Return a value for the audit log."""
    if isinstance(value, bool):
        return gettext_noop("yes") if value else gettext_noop("no")
    return str(value) if value not in ("", None) else None
