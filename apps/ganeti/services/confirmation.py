"""What has to be confirmed is asked for, confirmed by a link in a mail, and then done.

A link works once, for the person who asked, on the machine that was meant. What goes
wrong before the cluster has taken the job uses nothing up.
"""

from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts import contact
from apps.accounts.person import Person
from apps.auditlog import entries
from apps.auditlog.entries import Acting, Change
from apps.mails.letters import Letter
from apps.mails.one_time_keys import hash_of, new_key

from .. import access, images
from ..domain.instance import Instance
from ..domain.job import JobStatus
from ..jobs import handlers
from ..jobs.submission import NotNow, send, write_down
from ..jobs.targets import instance_target
from ..models import Cluster, Job
from ..models.action_request import ActionRequest, RequestedAction
from ..rapi.errors import RapiError
from ..state import refreshing, snapshots
from . import availability, lifecycle, owners
from .lifecycle import Wish
from .owners import Owner

FORGOTTEN_AFTER = timedelta(days=90)
# What came of these is nothing, so that the link still works.
_NOTHING_DONE = frozenset({JobStatus.NOT_SUBMITTED, JobStatus.REFUSED})


class Void(Enum):
    """Why a request cannot be confirmed, now or ever again."""

    USED = auto()
    CANCELLED = auto()
    EXPIRED = auto()
    RENAMED = auto()
    REPLACED = auto()  # another machine has its name
    GONE = auto()
    NOT_KNOWN = auto()  # nothing is known of its cluster


class RequestVoid(Exception):
    """The request does nothing any more."""

    def __init__(self, why: Void) -> None:
        super().__init__(why.name)
        self.why = why


class NotTheirs(Exception):
    """There is no such request, or somebody else has made it."""


# -- asking


def may_skip_mail(by: Acting) -> bool:
    """Tell whether the person does it at once, with nothing to be confirmed."""
    return settings.CONFIRM_IN_PLACE and access.may_confirm_in_place(Person.of(by.user))


def ask(
    cluster: Cluster, instance: Instance, wish: Wish, *, by: Acting
) -> ActionRequest:
    """Write down what somebody asks for and mail them the link that does it.

    What they asked for before, of the same kind for the same machine, is cancelled.
    Raises ActionRefused, and NotNow when there is no address to mail to.
    """
    availability.check(wish.kind, cluster, instance, by)
    if wish.owner:
        owners.check_removal(cluster, instance, wish.owner, by=by)
    if not by.user.email:
        raise NotNow(_("Your account has no mail address to send a link to."))
    valid_for = timedelta(days=settings.INSTANCE_ACTION_ACTIVE_DAYS)
    with transaction.atomic():
        asked, key = _write_down(cluster, instance, wish, by.user, valid_for)
        entries.record(
            by,
            f"ask_{wish.action.value}",
            instance_target(instance),
            detail=detail_of(asked),
            changes=_changes(asked, instance),
        )
        _tell_owners(asked, instance)
        _mail(asked, key, by.user)
    return asked


def do_at_once(cluster: Cluster, instance: Instance, wish: Wish, *, by: Acting) -> Job:
    """Do it without a mail; raises ActionRefused, NotNow, RapiError."""
    availability.check(wish.kind, cluster, instance, by)
    # Nobody gets its key, which has expired already.
    asked, _key = _write_down(cluster, instance, wish, by.user, timedelta(0))
    job = _do(asked, instance, by)
    _tell_owners(asked, instance)
    return job


def _write_down(
    cluster: Cluster,
    instance: Instance,
    wish: Wish,
    user: User,
    valid_for: timedelta,
) -> tuple[ActionRequest, str]:
    """Keep a request in place of older ones; return it and the key that confirms it."""
    now, key = timezone.now(), new_key()
    older = ActionRequest.objects.pending(now).of_machine(cluster.pk, instance.uuid)
    owner = str(wish.owner or "")
    same = older.filter(user=user, action=wish.action, owner=owner)
    same.update(cancelled_at=now)
    asked = ActionRequest.objects.create(
        user=user,
        cluster=cluster,
        instance=instance.name,
        instance_uuid=instance.uuid,
        action=wish.action,
        image=wish.image,
        new_name=wish.new_name,
        owner=owner,
        key_hash=hash_of(key),
        asked_at=now,
        expires_at=now + valid_for,
    )
    return asked, key


def _changes(asked: ActionRequest, instance: Instance) -> list[Change]:
    match asked.action:
        case "reinstall":
            old = lifecycle.os_of(instance)
            return [("operating system", old, image_name(asked))]
        case "rename":
            return [("name", asked.instance, asked.new_name)]
        case "remove_owner":
            return [(owners.OWNER, asked.owner, None)]
    return []


def detail_of(asked: ActionRequest) -> str:
    """Return what is particular about a request; in English, to be kept."""
    match asked.action:
        case "reinstall":
            label, value = gettext_noop("image"), image_name(asked)
        case "rename":
            label, value = gettext_noop("new name"), asked.new_name
        case "remove_owner":
            label, value = gettext_noop("owner"), asked.owner
        case _other:
            return ""
    return f"{label}: {value}"


def image_name(asked: ActionRequest) -> str:
    found = images.load_catalogue().find(asked.image)
    return found.description if found else asked.image


def _mail(asked: ActionRequest, key: str, user: User) -> None:
    context = {**_about(asked), "key": key}
    letter = Letter(
        "ganeti/emails/confirm.txt", context, about=f"request:{asked.pk}", secret=True
    )
    letter.post(user.email, language=contact.language_of(user))


def _about(asked: ActionRequest) -> dict[str, Any]:
    owner = Owner.read(asked.owner)
    return {"asked": asked, "image": image_name(asked), "owner": owner}


def _tell_owners(asked: ActionRequest, instance: Instance) -> None:
    """Write to the owners but the requester: nobody does it behind their back."""
    for user in owners.people_of(owners.of(instance)):
        if user.pk != asked.user_id:
            letter = Letter(
                "ganeti/emails/requested.txt",
                _about(asked),
                about=f"request:{asked.pk}",
            )
            letter.post(user.email, language=contact.language_of(user))


# -- confirming


def find(key: str, action: str, user: User) -> ActionRequest:
    """Return the request that a link is for; raises NotTheirs."""
    asked = ActionRequest.objects.for_key(key).select_related("cluster").first()
    if asked is None or asked.action != action or asked.user_id != user.pk:
        raise NotTheirs
    return asked


def machine_of(asked: ActionRequest) -> Instance:
    """Return the machine that was meant, as last known; raises RequestVoid."""
    for why, holds in (
        (Void.USED, asked.used_at is not None),
        (Void.CANCELLED, asked.cancelled_at is not None),
        (Void.EXPIRED, asked.expired),
    ):
        if holds:
            raise RequestVoid(why)
    return _same_instance(asked)


def _same_instance(asked: ActionRequest) -> Instance:
    """Return the machine of the name and the uuid; raises RequestVoid."""
    cluster = Cluster.objects.enabled().filter(pk=asked.cluster_id)
    shots = snapshots.current(cluster.select_related("refresh_state"))
    contents = shots[0].contents if shots else None
    if contents is None:
        raise RequestVoid(Void.NOT_KNOWN)
    found = contents.instances.get(asked.instance)
    if found and found.uuid == asked.instance_uuid:
        return found
    if asked.instance_uuid in contents.by_uuid:
        raise RequestVoid(Void.RENAMED)
    raise RequestVoid(Void.REPLACED if found else Void.GONE)


def confirm(asked: ActionRequest, *, by: Acting) -> Job:
    """Do what was asked for; raises RequestVoid, ActionRefused, NotNow, RapiError.

    The cluster is asked about the machine first: what is known of it may be older
    than another machine of its name, its owners or its lock.
    """
    machine_of(asked)
    refreshing.refresh_instances(asked.cluster, [asked.instance])
    return _do(asked, _same_instance(asked), by)


def _do(asked: ActionRequest, instance: Instance, by: Acting) -> Job:
    wish = wish_of(asked)
    lifecycle.check(asked.cluster, instance, wish, by=by)
    action = lifecycle.plan(asked.cluster, instance, wish)
    with transaction.atomic():
        job = write_down(asked.cluster, instance_target(instance), action, by=by)
        _use(asked, job)
    try:
        send(job, action.call)
    except RapiError:
        release(job)
        raise
    return job


def wish_of(asked: ActionRequest) -> Wish:
    return Wish(
        RequestedAction(asked.action),
        image=asked.image,
        new_name=asked.new_name,
        owner=Owner.read(asked.owner),
    )


def _use(asked: ActionRequest, job: Job) -> None:
    """Mark it as used, by one UPDATE: of two clicks at once one finds it used."""
    now = timezone.now()
    unused = ActionRequest.objects.filter(pk=asked.pk, used_at=None, cancelled_at=None)
    if not unused.update(used_at=now, job=job):
        raise RequestVoid(Void.USED)


def release(job: Job) -> None:
    """Let the link work again: the cluster has not taken the job."""
    ActionRequest.objects.filter(job=job).update(used_at=None, job=None)


def _release_if_nothing_done(job: Job) -> None:
    """Also when the process that asked the cluster did not live to see the answer."""
    if job.status in _NOTHING_DONE:
        release(job)


for each in (
    Job.Kind.REINSTALL,
    Job.Kind.CONFIGURE,
    Job.Kind.SHUTDOWN,
    Job.Kind.RENAME,
    Job.Kind.DESTROY,
    Job.Kind.OWNERS,
):
    handlers.on_finished(each)(_release_if_nothing_done)


def record_foreign_use(key: str, action: str, *, by: Acting) -> None:
    """Record that somebody tried to use a link that another has got."""
    asked = ActionRequest.objects.for_key(key).select_related("cluster").first()
    if asked is None or asked.action != action or asked.user_id == by.user.pk:
        return
    why = gettext_noop("The link was sent to another user.")
    entries.record_refusal(by, asked.action, asked.target, reason=why, hidden=True)


def url_name(asked: ActionRequest) -> str:
    """Return the name of the page where it is asked for."""
    if asked.action == RequestedAction.REMOVE_OWNER:
        return "ganeti:instance-owners"
    return f"ganeti:instance-{asked.action}"


# -- afterwards


def cancel(asked: ActionRequest, *, by: Acting) -> bool:
    """Take a request back; tell whether there was anything to."""
    with transaction.atomic():
        pending = ActionRequest.objects.pending().filter(pk=asked.pk)
        if not pending.update(cancelled_at=timezone.now()):
            return False
        action, detail = f"cancel_{asked.action}", detail_of(asked)
        entries.record(by, action, asked.target, detail=detail)
    return True


def forget(now: datetime | None = None) -> None:
    """Forget requests of long ago; the audit log keeps what was done."""
    before = (now or timezone.now()) - FORGOTTEN_AFTER
    ActionRequest.objects.filter(expires_at__lt=before).delete()
