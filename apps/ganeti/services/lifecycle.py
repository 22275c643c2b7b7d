"""Reinstall, rename and destroy instances, and remove owners.

Each raises ActionRefused, NotNow or RapiError. Owners confirm these actions by mail
first (`services.confirmation`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.person import Person
from apps.auditlog.entries import Acting
from apps.auditlog.target import TargetKind

from .. import access, images
from ..access import Verdict
from ..domain.instance import Instance, State
from ..domain.job import JobStatus
from ..domain.osimage import OsImage, osparams
from ..jobs import handlers, steps
from ..jobs.kinds import NO_DISKS
from ..jobs.submission import Action, NotNow
from ..models import Cluster, Job, RequestedAction
from ..rapi.client import RapiClient
from ..rapi.query import any_of
from ..rapi.versions import Capability, supports
from ..reads import hostnames
from ..reads.inventory import Inventory, visible_on
from ..state.connections import client_for
from . import availability, owner_ssh_keys, owners
from .owners import Owner

Kind = Job.Kind
# Setting a parameter to this removes it, so that Ganeti's default applies.
DEFAULT_VALUE = "default"

Call = Callable[[RapiClient, str], int]


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """An action and its parameter: the id of an image, a name or an owner."""

    action: RequestedAction
    image: str = ""
    new_name: str = ""
    owner: Owner | None = None

    @property
    def kind(self) -> Job.Kind:
        return kind_of(self.action)


def kind_of(action: RequestedAction) -> Job.Kind:
    """Return the kind of job that performs an action."""
    if action is RequestedAction.REMOVE_OWNER:
        return Kind.OWNERS
    return Kind(action.value)


def verdict_for(
    action: RequestedAction, instance: Instance, inventory: Inventory, busy: Job | None
) -> Verdict:
    """Return whether an action is available now, as `availability.verdict_for` does."""
    return availability.verdict_for(kind_of(action), instance, inventory, busy)


def may_request(
    action: RequestedAction, instance: Instance, inventory: Inventory
) -> Verdict:
    """Return whether an action can be requested, to be available when confirmed."""
    group = inventory.group_of(instance)
    verdict = access.may_operate(inventory.person, instance, group)
    if not verdict.allowed:
        return verdict
    snapshot = inventory.snapshot(instance.cluster)
    if snapshot is not None and snapshot.cluster.can_write is False:
        return availability.READ_ONLY
    if action is RequestedAction.REINSTALL and not instance.disks:
        return NO_DISKS
    return access.YES


def check(
    cluster: Cluster, instance: Instance, spec: ActionSpec, *, by: Acting
) -> None:
    """Raise ActionRefused if the user may not, NotNow if it isn't available now."""
    availability.check(spec.kind, cluster, instance, by)
    visible = visible_on(Person.of(by.user), cluster.slug)
    running = Job.objects.unfinished()
    busy = running.named(cluster, TargetKind.INSTANCE, instance.name).first()
    verdict = verdict_for(spec.action, instance, visible, busy)
    if not verdict.allowed:
        raise NotNow(str(verdict.reason))
    if spec.new_name:
        _check_name(spec.new_name)
    if spec.owner:
        owners.check_removal(cluster, instance, spec.owner, by=by)


def _check_name(new_name: str) -> None:
    """Refuse a new name that was taken after the request."""
    if not hostnames.check(new_name).free:
        message = _("The name %(name)s is now used by another machine.")
        raise NotNow(message % {"name": new_name})


def plan(cluster: Cluster, instance: Instance, spec: ActionSpec) -> Action:
    """Return the action to submit to the cluster; raises NotNow, RapiError.

    For a reinstall, the cluster is queried for parameters left by the previous one.
    """
    match spec.action:
        case RequestedAction.REINSTALL:
            return _reinstall(cluster, instance, _image(spec.image))
        case RequestedAction.RENAME:
            return _rename(instance, spec.new_name)
        case RequestedAction.DESTROY:
            return _destroy(instance)
        case RequestedAction.REMOVE_OWNER:
            return owners.removal(instance, cast(Owner, spec.owner))


def _image(key: str) -> OsImage:
    image = images.load_catalogue().find(key)
    if image is None:
        raise NotNow(_("The chosen image is no longer available."))
    return image


def is_restarted(instance: Instance) -> bool:
    """Return whether a machine is started again after an action that stops it."""
    if instance.running:
        return True
    return instance.admin_state == "up" and instance.state is not State.USER_DOWN


# -- reinstall


def _reinstall(cluster: Cluster, instance: Instance, image: OsImage) -> Action:
    """Return the job that stops, reinstalls and starts; Ganeti submits it as one.

    Ganeti merges old and new OS parameters for the scripts of an operating system, so
    those of the previous image that this one does not set are removed before.
    """
    client = client_for(cluster)
    parameters = osparams(image, owner_ssh_keys.keys_for(instance))
    install = steps.reinstall(
        os=image.provider,
        osparams=parameters,
        start=is_restarted(instance),
        clear_osparams=supports(client.ganeti_version(), Capability.CLEAR_OSPARAMS),
    )
    leftovers = _leftover_parameters(client, instance, parameters)
    detail = ": ".join((gettext_noop("image"), image.description))
    changes = [("operating system", os_of(instance), image.description)]
    if leftovers:
        return Action(
            Kind.CONFIGURE,
            _reset_parameters(instance, leftovers),
            detail,
            changes,
            then=[install],
            recorded_as=Kind.REINSTALL.value,
        )

    def call(client: RapiClient, _reason: str) -> int:
        return client.reinstall(instance.name, **install["arguments"])

    return Action(Kind.REINSTALL, call, detail, changes)


def _leftover_parameters(
    client: RapiClient, instance: Instance, parameters: Mapping[str, str]
) -> list[str]:
    """Return the machine's OS parameters that the new image does not set."""
    fields = ("name", "custom_osparams")
    rows = client.query("instance", fields, any_of("name", [instance.name]))
    own = rows[0]["custom_osparams"] if rows else None
    return sorted(set(own or ()) - set(parameters))


def _reset_parameters(instance: Instance, names: list[str]) -> Call:
    changes = {"osparams": dict.fromkeys(names, DEFAULT_VALUE)}

    def call(client: RapiClient, reason: str) -> int:
        return client.modify(instance.name, changes, reason=reason)

    return call


def offered_images() -> list[OsImage]:
    """Return the images that machines can be reinstalled from."""
    return [
        image for image in images.load_catalogue().images.values() if image.provider
    ]


def os_of(instance: Instance) -> str:
    """Return the name of a machine's operating system, of its image if known."""
    image = current_image(instance)
    return image.description if image else instance.os


def current_image(instance: Instance) -> OsImage | None:
    """Return the image that a machine was installed from, or None if unknown.

    It is the one of the last reinstall from here, if Ganeti still reports its provider,
    else the only image of the machine's provider.
    """
    catalogue = images.load_catalogue()
    reinstalls = Job.objects.none()
    if instance.uuid:
        reinstalls = Job.objects.filter(
            target_id=instance.uuid,
            action_requests__action=RequestedAction.REINSTALL,
        )
    image_keys = reinstalls.values_list("action_requests__image", flat=True)
    image = catalogue.find(image_keys.order_by("-pk").first() or "")
    if image and image.provider == instance.os:
        return image
    candidates = [image for image in offered_images() if image.provider == instance.os]
    return candidates[0] if len(candidates) == 1 else None


# -- rename


def _rename(instance: Instance, new_name: str) -> Action:
    """Return the chain: shut down if running, rename, start again if it ran."""
    detail = ": ".join((gettext_noop("new name"), new_name))
    changes = [("name", instance.name, new_name)]
    next_steps = [steps.start()] if is_restarted(instance) else []
    if instance.running or instance.admin_state == "up":
        return Action(
            Kind.SHUTDOWN,
            lambda client, reason: client.shutdown(instance.name, reason=reason),
            detail,
            changes,
            then=[steps.rename(new_name), *next_steps],
            recorded_as=Kind.RENAME.value,
            new_name=new_name,
        )
    return Action(
        Kind.RENAME,
        lambda client, reason: client.rename(instance.name, new_name, reason=reason),
        detail,
        changes,
        new_name=new_name,
    )


@handlers.on_finished(Kind.RENAME)
def restart_after_failed_rename(job: Job) -> None:
    """Start a machine again that was shut down for a rename that failed.

    The history shows the rename alone, since that is what was requested.
    """
    if job.status in {JobStatus.ERROR, JobStatus.CANCELED, JobStatus.REFUSED}:
        steps.plan(job, job.then, recorded=False)


# -- destroy


def _destroy(instance: Instance) -> Action:
    return Action(
        Kind.DESTROY,
        lambda client, reason: client.delete_instance(instance.name, reason=reason),
    )
