"""Create, confirm and cancel requests for actions that are confirmed by mail.

A link works once, for the user who requested it, on the machine that was meant. A link
still works after a failure before the cluster accepted the job.
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
from ..jobs.submission import NotNow, create_job, send_job
from ..jobs.targets import instance_target
from ..models import Cluster, Job
from ..models.action_request import ActionRequest, RequestedAction
from ..rapi.errors import RapiError
from ..state import refreshing, snapshots
from . import availability, lifecycle, owners
from .lifecycle import ActionSpec
from .owners import Owner

KEPT_FOR = timedelta(days=90)
# With these outcomes the cluster has done nothing, so the link still works.
_NOT_SUBMITTED = frozenset({JobStatus.NOT_SUBMITTED, JobStatus.REFUSED})


class InvalidReason(Enum):
    """Reason why a request cannot be confirmed, now or ever again."""

    USED = auto()
    CANCELLED = auto()
    EXPIRED = auto()
    RENAMED = auto()
    REPLACED = auto()  # another machine has its name
    GONE = auto()
    NOT_KNOWN = auto()  # nothing is known of its cluster


class RequestInvalid(Exception):
    """The request can't be confirmed, for the given reason."""

    def __init__(self, reason: InvalidReason) -> None:
        super().__init__(reason.name)
        self.reason = reason


class RequestNotFound(Exception):
    """The request doesn't exist, or another user made it."""


# -- requesting


def may_skip_mail(by: Acting) -> bool:
    """Return whether the user's actions need no confirmation by mail."""
    return settings.CONFIRM_IN_PLACE and access.may_confirm_in_place(Person.of(by.user))


def create_request(
    cluster: Cluster, instance: Instance, spec: ActionSpec, *, by: Acting
) -> ActionRequest:
    """Create a request and mail the user the link that confirms it.

    Cancels the user's pending requests of the same kind for the same machine. Raises
    ActionRefused, and NotNow when the user has no mail address.
    """
    availability.check(spec.kind, cluster, instance, by)
    if spec.owner:
        owners.check_removal(cluster, instance, spec.owner, by=by)
    if not by.user.email:
        raise NotNow(_("Your account has no email address to send a link to."))
    valid_for = timedelta(days=settings.INSTANCE_ACTION_ACTIVE_DAYS)
    with transaction.atomic():
        action_request, key = _store_request(
            cluster, instance, spec, by.user, valid_for
        )
        entries.record(
            by,
            f"ask_{spec.action.value}",
            instance_target(instance),
            detail=detail_of(action_request),
            changes=_changes(action_request, instance),
        )
        _notify_owners(action_request, instance)
        _mail_link(action_request, key, by.user)
    return action_request


def submit_without_mail(
    cluster: Cluster, instance: Instance, spec: ActionSpec, *, by: Acting
) -> Job:
    """Submit an action unconfirmed; raises ActionRefused, NotNow, RapiError."""
    availability.check(spec.kind, cluster, instance, by)
    # Nobody gets its key, which has expired already.
    action_request, _key = _store_request(
        cluster, instance, spec, by.user, timedelta(0)
    )
    job = _submit(action_request, instance, by)
    _notify_owners(action_request, instance)
    return job


def _store_request(
    cluster: Cluster,
    instance: Instance,
    spec: ActionSpec,
    user: User,
    valid_for: timedelta,
) -> tuple[ActionRequest, str]:
    """Save a request, cancel older ones; return it and the key that confirms it."""
    now, key = timezone.now(), new_key()
    pending = ActionRequest.objects.pending(now).of_machine(cluster.pk, instance.uuid)
    owner = str(spec.owner or "")
    replaced = pending.filter(user=user, action=spec.action, owner=owner)
    replaced.update(cancelled_at=now)
    action_request = ActionRequest.objects.create(
        user=user,
        cluster=cluster,
        instance=instance.name,
        instance_uuid=instance.uuid,
        action=spec.action,
        image=spec.image,
        new_name=spec.new_name,
        owner=owner,
        key_hash=hash_of(key),
        asked_at=now,
        expires_at=now + valid_for,
    )
    return action_request, key


def _changes(action_request: ActionRequest, instance: Instance) -> list[Change]:
    match action_request.action:
        case "reinstall":
            previous_os = lifecycle.os_of(instance)
            return [("operating system", previous_os, image_name(action_request))]
        case "rename":
            return [("name", action_request.instance, action_request.new_name)]
        case "remove_owner":
            return [(owners.OWNER, action_request.owner, None)]
    return []


def detail_of(action_request: ActionRequest) -> str:
    """Return the parameter of a request, in English as it is stored."""
    match action_request.action:
        case "reinstall":
            label, value = gettext_noop("image"), image_name(action_request)
        case "rename":
            label, value = gettext_noop("new name"), action_request.new_name
        case "remove_owner":
            label, value = gettext_noop("owner"), action_request.owner
        case _other:
            return ""
    return f"{label}: {value}"


def image_name(action_request: ActionRequest) -> str:
    """Return the description of a requested image; its id if it no longer exists."""
    image = images.load_catalogue().find(action_request.image)
    return image.description if image else action_request.image


def _mail_link(action_request: ActionRequest, key: str, user: User) -> None:
    context = {**_mail_context(action_request), "key": key}
    letter = Letter(
        "ganeti/emails/confirm.txt",
        context,
        about=f"request:{action_request.pk}",
        secret=True,
    )
    letter.post(user.email, language=contact.language_of(user))


def _mail_context(action_request: ActionRequest) -> dict[str, Any]:
    owner = Owner.read(action_request.owner)
    return {
        "action_request": action_request,
        "image": image_name(action_request),
        "owner": owner,
    }


def _notify_owners(action_request: ActionRequest, instance: Instance) -> None:
    """Mail the owners other than the requester that the action was requested."""
    for user in owners.people_of(owners.of(instance)):
        if user.pk != action_request.user_id:
            letter = Letter(
                "ganeti/emails/requested.txt",
                _mail_context(action_request),
                about=f"request:{action_request.pk}",
            )
            letter.post(user.email, language=contact.language_of(user))


# -- confirming


def get_request(key: str, action: str, user: User) -> ActionRequest:
    """Return the request of a confirmation link; raises RequestNotFound."""
    action_request = (
        ActionRequest.objects.for_key(key).select_related("cluster").first()
    )
    if (
        action_request is None
        or action_request.action != action
        or action_request.user_id != user.pk
    ):
        raise RequestNotFound
    return action_request


def requested_instance(action_request: ActionRequest) -> Instance:
    """Return the machine of a valid request, as last known; raises RequestInvalid."""
    for reason, applies in (
        (InvalidReason.USED, action_request.used_at is not None),
        (InvalidReason.CANCELLED, action_request.cancelled_at is not None),
        (InvalidReason.EXPIRED, action_request.expired),
    ):
        if applies:
            raise RequestInvalid(reason)
    return _current_instance(action_request)


def _current_instance(action_request: ActionRequest) -> Instance:
    """Return the machine with the request's name and uuid; raises RequestInvalid."""
    clusters = Cluster.objects.enabled().filter(pk=action_request.cluster_id)
    current_snapshots = snapshots.current(clusters.select_related("refresh_state"))
    contents = current_snapshots[0].contents if current_snapshots else None
    if contents is None:
        raise RequestInvalid(InvalidReason.NOT_KNOWN)
    instance = contents.instances.get(action_request.instance)
    if instance and instance.uuid == action_request.instance_uuid:
        return instance
    if action_request.instance_uuid in contents.by_uuid:
        raise RequestInvalid(InvalidReason.RENAMED)
    raise RequestInvalid(InvalidReason.REPLACED if instance else InvalidReason.GONE)


def confirm(action_request: ActionRequest, *, by: Acting) -> Job:
    """Submit the requested action.

    Raises RequestInvalid, ActionRefused, NotNow and RapiError.

    The machine is refreshed from its cluster first: since the last snapshot it may
    have been locked, given other owners, or replaced by another machine of its name.
    """
    requested_instance(action_request)
    refreshing.refresh_instances(action_request.cluster, [action_request.instance])
    return _submit(action_request, _current_instance(action_request), by)


def _submit(action_request: ActionRequest, instance: Instance, by: Acting) -> Job:
    spec = spec_of(action_request)
    lifecycle.check(action_request.cluster, instance, spec, by=by)
    action = lifecycle.plan(action_request.cluster, instance, spec)
    with transaction.atomic():
        job = create_job(
            action_request.cluster, instance_target(instance), action, by=by
        )
        _mark_used(action_request, job)
    try:
        send_job(job, action.call)
    except RapiError:
        reopen(job)
        raise
    return job


def spec_of(action_request: ActionRequest) -> ActionSpec:
    return ActionSpec(
        RequestedAction(action_request.action),
        image=action_request.image,
        new_name=action_request.new_name,
        owner=Owner.read(action_request.owner),
    )


def _mark_used(action_request: ActionRequest, job: Job) -> None:
    """Mark a request as used, by one UPDATE so that only one of two clicks succeeds."""
    now = timezone.now()
    unused = ActionRequest.objects.filter(
        pk=action_request.pk, used_at=None, cancelled_at=None
    )
    if not unused.update(used_at=now, job=job):
        raise RequestInvalid(InvalidReason.USED)


def reopen(job: Job) -> None:
    """Make a request pending again whose job the cluster has not accepted."""
    ActionRequest.objects.filter(job=job).update(used_at=None, job=None)


def _reopen_if_not_submitted(job: Job) -> None:
    """Reopen the request of a job that was never accepted.

    `confirm` does so itself unless its process died before the cluster's answer.
    """
    if job.status in _NOT_SUBMITTED:
        reopen(job)


for kind in (
    Job.Kind.REINSTALL,
    Job.Kind.CONFIGURE,
    Job.Kind.SHUTDOWN,
    Job.Kind.RENAME,
    Job.Kind.DESTROY,
    Job.Kind.OWNERS,
):
    handlers.on_finished(kind)(_reopen_if_not_submitted)


def record_foreign_use(key: str, action: str, *, by: Acting) -> None:
    """Record that a user opened a confirmation link that was sent to another user."""
    action_request = (
        ActionRequest.objects.for_key(key).select_related("cluster").first()
    )
    if (
        action_request is None
        or action_request.action != action
        or action_request.user_id == by.user.pk
    ):
        return
    reason = gettext_noop("The link was sent to another user.")
    entries.record_refusal(
        by, action_request.action, action_request.target, reason=reason, hidden=True
    )


def form_url_name(action_request: ActionRequest) -> str:
    """Return the URL name of the page with the form for a request."""
    if action_request.action == RequestedAction.REMOVE_OWNER:
        return "ganeti:instance-owners"
    return f"ganeti:instance-{action_request.action}"


# -- cancelling and deleting


def cancel(action_request: ActionRequest, *, by: Acting) -> bool:
    """Cancel a request; return whether it was pending."""
    with transaction.atomic():
        pending = ActionRequest.objects.pending().filter(pk=action_request.pk)
        if not pending.update(cancelled_at=timezone.now()):
            return False
        action, detail = f"cancel_{action_request.action}", detail_of(action_request)
        entries.record(by, action, action_request.target, detail=detail)
    return True


def delete_old(now: datetime | None = None) -> None:
    """Delete requests that expired long ago; the audit log keeps what was done."""
    expired_before = (now or timezone.now()) - KEPT_FOR
    ActionRequest.objects.filter(expires_at__lt=expired_before).delete()
