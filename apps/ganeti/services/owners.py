"""Add and remove owners of an instance, one tag at a time.

The tags are never replaced as a whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from apps.accounts import contact
from apps.accounts.person import Person
from apps.auditlog.entries import Acting
from apps.mails.letters import Letter

from .. import access
from ..access import Answer, Verdict
from ..domain import tags
from ..domain.instance import Instance
from ..domain.job import JobStatus
from ..domain.tags import Tags
from ..jobs import handlers
from ..jobs.submission import Action, NotNow, refuse, submit
from ..jobs.targets import instance_target
from ..models import Cluster, Job
from ..rapi.client import RapiClient
from ..state import snapshots
from . import availability

OWNER = gettext_noop("Owner")
LAST = Verdict(
    Answer.FORBIDDEN,
    gettext_lazy("Only superusers can remove the last known owner of a machine."),
)


@dataclass(frozen=True, slots=True)
class Owner:
    """A user or group named by an owner tag; it need not exist on this site."""

    word: str  # tags.USER or tags.GROUP
    name: str

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Parse the output of ``str``; None if it is not an owner."""
        word, _colon, name = text.partition(":")
        return cls(word, name) if word in {tags.USER, tags.GROUP} and name else None

    def __str__(self) -> str:
        return f"{self.word}:{self.name}"

    @property
    def tag(self) -> str:
        return tags.write(settings.GANETI_TAG_PREFIX, self.word, self.name)

    @property
    def fits_tag(self) -> bool:
        """Whether Ganeti accepts the tag; names from a directory may have spaces."""
        return tags.is_accepted(self.tag)

    @property
    def exists(self) -> bool:
        """Whether there is an active user or a group of exactly this name.

        Compared in Python too, since databases may ignore case.
        """
        if self.word == tags.USER:
            active = User.objects.filter(is_active=True, username=self.name)
            return self.name in active.values_list("username", flat=True)
        named = Group.objects.filter(name=self.name)
        return self.name in named.values_list("name", flat=True)


def of(instance: Instance) -> list[Owner]:
    """Return the owners, users first."""
    users = [Owner(tags.USER, name) for name in instance.tags.users]
    return users + [Owner(tags.GROUP, name) for name in instance.tags.groups]


def add(cluster: Cluster, instance: Instance, owner: Owner, *, by: Acting) -> Job:
    """Add an owner, who must exist and whose name must fit in a tag."""
    availability.check(Job.Kind.OWNERS, cluster, instance, by)

    def call(client: RapiClient, reason: str) -> int:
        name = instance.name
        return client.add_tags("instances", name, [owner.tag], reason=reason)

    action = Action(Job.Kind.OWNERS, call, changes=[(OWNER, None, str(owner))])
    return submit(cluster, instance_target(instance), action, by=by)


@dataclass(frozen=True, slots=True)
class Consequences:
    """Side effects of removing an owner."""

    leaves_nobody: bool  # no remaining owner exists on this site
    loses_own: bool  # the user who removes the owner owns the instance no longer


def check_removal(
    cluster: Cluster, instance: Instance, owner: Owner, *, by: Acting
) -> Consequences:
    """Check that an owner may be removed; raises ActionRefused and NotNow.

    Only superusers may remove the last owner that exists on this site.
    """
    availability.check(Job.Kind.OWNERS, cluster, instance, by)
    if not _tags_of(instance, owner):
        message = _("%(name)s isn't an owner of the machine.")
        raise NotNow(message % {"name": owner.name})
    person = Person.of(by.user)
    remaining = [other for other in of(instance) if other != owner]
    leaves_nobody = not any(other.exists for other in remaining)
    if leaves_nobody and not access.may_leave_nobody(person):
        raise refuse(LAST, Job.Kind.OWNERS.value, instance_target(instance), by=by)
    return Consequences(leaves_nobody, loses(person, instance.tags, remaining))


def removal(instance: Instance, owner: Owner) -> Action:
    """Return the action that deletes every spelling of an owner's tag."""
    owner_tags = _tags_of(instance, owner)

    def call(client: RapiClient, reason: str) -> int:
        return client.delete_tags("instances", instance.name, owner_tags, reason=reason)

    return Action(Job.Kind.OWNERS, call, changes=[(OWNER, str(owner), None)])


def _tags_of(instance: Instance, owner: Owner) -> list[str]:
    prefix = settings.GANETI_TAG_PREFIX
    return tags.matching_tags(instance.tags, prefix, owner.word, owner.name)


def loses(person: Person, current_tags: Tags, remaining: Iterable[Owner]) -> bool:
    """Return whether the person owns it now, and won't with the remaining owners."""
    remaining_tags = Tags.parse(
        [owner.tag for owner in remaining], settings.GANETI_TAG_PREFIX
    )
    return access.owns(person, current_tags) and not access.owns(person, remaining_tags)


# -- mails


def people_of(owners: Iterable[Owner]) -> list[User]:
    """Return the active users with a mail address among these users and groups."""
    owners = set(owners)
    users = {owner.name for owner in owners if owner.word == tags.USER}
    groups = {owner.name for owner in owners if owner.word == tags.GROUP}
    # By exact name: databases may ignore case.
    exact_groups = [
        group.pk
        for group in Group.objects.filter(name__in=groups)
        if group.name in groups
    ]
    active = User.objects.filter(is_active=True).exclude(email="")
    named = [
        user for user in active.filter(username__in=users) if user.username in users
    ]
    members = active.filter(groups__in=exact_groups)
    return sorted({*named, *members}, key=lambda user: user.pk)


@handlers.on_finished(Job.Kind.OWNERS)
def mail_owners(job: Job) -> None:
    """Mail the previous owners and those who were added about a change of owners.

    The user who made it is mailed too if they own it: somebody else may use their
    session.
    """
    if job.status != JobStatus.SUCCESS or job.audit_entry is None:
        return
    changes = job.audit_entry.changes
    added = _owners_in(new_value for _name, _old_value, new_value in changes)
    removed = _owners_in(old_value for _name, old_value, _new_value in changes)
    previous_owners = people_of({*_current_owners(job), *removed} - added)
    for user in previous_owners:
        context = {"job": job, "added": added, "removed": removed}
        _post("ganeti/emails/owners_changed.txt", user, job, context)
    for owner in added:
        for user in people_of([owner]):
            if user != job.user and user not in previous_owners:
                group = owner.name if owner.word == tags.GROUP else ""
                context = {"job": job, "group": group, "user": user}
                _post("ganeti/emails/owner_added.txt", user, job, context)


def _owners_in(texts: Iterable[str | None]) -> set[Owner]:
    return {owner for text in texts if text and (owner := Owner.read(text))}


def _current_owners(job: Job) -> list[Owner]:
    """Return the owners of a job's instance, from this process's memory."""
    contents = snapshots.contents_in_memory(job.cluster)
    instance = contents.by_uuid.get(job.target_id) if contents else None
    return of(instance) if instance else []


def _post(template: str, user: User, job: Job, context: dict[str, Any]) -> None:
    letter = Letter(template, context, about=f"job:{job.pk}")
    letter.post(user.email, language=contact.language_of(user))
