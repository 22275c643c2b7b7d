"""Reinstall, rename, destroy, remove an owner: what has to be confirmed.

Each raises ActionRefused, NotNow or RapiError. What an owner asks for is confirmed
first (`services.requests`); what is here does it.
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
# Ganeti takes a parameter away that is set to this.
TAKEN_AWAY = "default"

Call = Callable[[RapiClient, str], int]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done: an image's id, a name or an owner say to what."""

    action: RequestedAction
    image: str = ""
    new_name: str = ""
    owner: Owner | None = None

    @property
    def kind(self) -> Job.Kind:
        return kind_of(self.action)


def kind_of(action: RequestedAction) -> Job.Kind:
    """Return the kind of the job that does it."""
    if action is RequestedAction.REMOVE_OWNER:
        return Kind.OWNERS
    return Kind(action.value)


def offer(
    action: RequestedAction, instance: Instance, inventory: Inventory, busy: Job | None
) -> Verdict:
    """Answer whether it would be done now, as `availability.offer` does."""
    return availability.offer(kind_of(action), instance, inventory, busy)


def may_be_asked(
    action: RequestedAction, instance: Instance, inventory: Inventory
) -> Verdict:
    """Answer whether it can be asked for; what is in its way now may be over later."""
    group = inventory.group_of(instance)
    verdict = access.may_operate(inventory.person, instance, group)
    if not verdict.allowed:
        return verdict
    shot = inventory.snapshot(instance.cluster)
    if shot is not None and shot.cluster.can_write is False:
        return availability.ONLY_LOOKS
    if action is RequestedAction.REINSTALL and not instance.disks:
        return NO_DISKS
    return access.YES


def check(cluster: Cluster, instance: Instance, wish: Wish, *, by: Acting) -> None:
    """Refuse whoever may not, and what cannot be done now."""
    availability.check(wish.kind, cluster, instance, by)
    visible = visible_on(Person.of(by.user), cluster.slug)
    running = Job.objects.unfinished()
    busy = running.named(cluster, TargetKind.INSTANCE, instance.name).first()
    verdict = offer(wish.action, instance, visible, busy)
    if not verdict.allowed:
        raise NotNow(str(verdict.reason))
    if wish.new_name:
        _check_name(wish.new_name)
    if wish.owner:
        owners.check_removal(cluster, instance, wish.owner, by=by)


def _check_name(new_name: str) -> None:
    """Refuse a name that somebody has got since it was asked for."""
    if not hostnames.check(new_name).free:
        message = _("The name %(name)s is now used by another machine.")
        raise NotNow(message % {"name": new_name})


def plan(cluster: Cluster, instance: Instance, wish: Wish) -> Action:
    """Return what has to be asked of the cluster; raises NotNow, RapiError.

    For a reinstall the cluster is asked which parameters the last one has left.
    """
    match wish.action:
        case RequestedAction.REINSTALL:
            return _reinstall(cluster, instance, _image(wish.image))
        case RequestedAction.RENAME:
            return _rename(instance, wish.new_name)
        case RequestedAction.DESTROY:
            return _destroy(instance)
        case RequestedAction.REMOVE_OWNER:
            return owners.removal(instance, cast(Owner, wish.owner))


def _image(key: str) -> OsImage:
    found = images.load_catalogue().find(key)
    if found is None:
        raise NotNow(_("The chosen image is no longer available."))
    return found


def is_to_run(instance: Instance) -> bool:
    """Tell whether a machine that is stopped for this is started again."""
    if instance.running:
        return True
    return instance.admin_state == "up" and instance.state is not State.USER_DOWN


# -- reinstall


def _reinstall(cluster: Cluster, instance: Instance, image: OsImage) -> Action:
    """Return the one job that stops, installs and starts; Ganeti makes it one.

    The scripts of an operating system get old and new parameters together, so what
    the last image has left and this one does not have is taken away before.
    """
    client = client_for(cluster)
    parameters = osparams(image, owner_ssh_keys.keys_for(instance))
    step = steps.reinstall(
        os=image.provider,
        osparams=parameters,
        start=is_to_run(instance),
        clear_osparams=supports(client.ganeti_version(), Capability.CLEAR_OSPARAMS),
    )
    left = _left_over(client, instance, parameters)
    detail = ": ".join((gettext_noop("image"), image.description))
    changes = [("operating system", os_of(instance), image.description)]
    if left:
        return Action(
            Kind.CONFIGURE,
            _taking_away(instance, left),
            detail,
            changes,
            then=[step],
            recorded_as=Kind.REINSTALL.value,
        )

    def call(client: RapiClient, _reason: str) -> int:
        return client.reinstall(instance.name, **step["arguments"])

    return Action(Kind.REINSTALL, call, detail, changes)


def _left_over(
    client: RapiClient, instance: Instance, parameters: Mapping[str, str]
) -> list[str]:
    """Return the machine's own parameters that the new image does not have."""
    fields = ("name", "custom_osparams")
    rows = client.query("instance", fields, any_of("name", [instance.name]))
    own = rows[0]["custom_osparams"] if rows else None
    return sorted(set(own or ()) - set(parameters))


def _taking_away(instance: Instance, names: list[str]) -> Call:
    gone = {"osparams": dict.fromkeys(names, TAKEN_AWAY)}

    def call(client: RapiClient, reason: str) -> int:
        return client.modify(instance.name, gone, reason=reason)

    return call


def offered_images() -> list[OsImage]:
    """Return what a machine can be reinstalled from; nothing at all is no choice."""
    return [
        image for image in images.load_catalogue().images.values() if image.provider
    ]


def os_of(instance: Instance) -> str:
    """Return what is known of a machine's operating system, in words."""
    image = current_image(instance)
    return image.description if image else instance.os


def current_image(instance: Instance) -> OsImage | None:
    """Return the image that a machine has; None where nobody can tell.

    It is the one that we installed last, if that is still what Ganeti says, or the
    only one of its provider.
    """
    known = images.load_catalogue()
    used = Job.objects.none()
    if instance.uuid:
        used = Job.objects.filter(
            target_id=instance.uuid,
            action_requests__action=RequestedAction.REINSTALL,
        )
    keys_used = used.values_list("action_requests__image", flat=True)
    last = known.find(keys_used.order_by("-pk").first() or "")
    if last and last.provider == instance.os:
        return last
    fitting = [i for i in offered_images() if i.provider == instance.os]
    return fitting[0] if len(fitting) == 1 else None


# -- rename


def _rename(instance: Instance, new_name: str) -> Action:
    """Return the chain: shut down what runs, rename, start what ran."""
    detail = ": ".join((gettext_noop("new name"), new_name))
    changes = [("name", instance.name, new_name)]
    then = [steps.start()] if is_to_run(instance) else []
    if instance.running or instance.admin_state == "up":
        return Action(
            Kind.SHUTDOWN,
            lambda client, reason: client.shutdown(instance.name, reason=reason),
            detail,
            changes,
            then=[steps.rename(new_name), *then],
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
def start_again(job: Job) -> None:
    """Start what ran although its name could not be changed; it was shut down for it.

    The history has the rename alone: that is what was asked for.
    """
    if job.status in {JobStatus.ERROR, JobStatus.CANCELED, JobStatus.REFUSED}:
        steps.plan(job, job.then, recorded=False)


# -- destroy


def _destroy(instance: Instance) -> Action:
    return Action(
        Kind.DESTROY,
        lambda client, reason: client.delete_instance(instance.name, reason=reason),
    )
