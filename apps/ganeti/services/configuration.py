"""Change an instance's hypervisor parameters; raises as `power` does."""

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
    """Return the current values of the parameters that owners may change."""
    parameters = instance.hypervisor_parameters
    return {
        name: parameters.get(name, False if name == hypervisors.LOCAL_TIME else "")
        for name in hypervisors.parameters(instance.hypervisor)
    }


def differences(instance: Instance, requested_values: Values) -> dict[str, Any]:
    """Return the requested values that differ from the current ones."""
    current_values = current(instance)
    return {
        name: value
        for name, value in requested_values.items()
        if name in current_values and value != current_values[name]
    }


def change(
    cluster: Cluster, instance: Instance, requested_values: Values, *, by: Acting
) -> Job | None:
    """Submit the requested values that differ; None if none does.

    A running instance keeps its old values until its next reboot; a tag marks that it
    needs one.
    """
    availability.check(Job.Kind.CONFIGURE, cluster, instance, by)
    hvparams = differences(instance, requested_values)
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
    current_values = current(instance)
    return [
        (NAMES[name], _format_value(current_values[name]), _format_value(value))
        for name, value in hvparams.items()
    ]


def _format_value(value: Any) -> str | None:
    """Format a value for the audit log."""
    if isinstance(value, bool):
        return gettext_noop("yes") if value else gettext_noop("no")
    return str(value) if value not in ("", None) else None
