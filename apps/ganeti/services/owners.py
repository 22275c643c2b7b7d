"""Who owns an instance: tags added and taken away one by one, never all replaced."""

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
    gettext_lazy("Only staff can remove the last known owner of a machine."),
)


@dataclass(frozen=True, slots=True)
class Owner:
    """A user or a group, by name; whether there is one is another question."""

    word: str  # tags.USER or tags.GROUP
    name: str

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what ``str`` writes; None if it is nothing of the kind."""
        word, _colon, name = text.partition(":")
        return cls(word, name) if word in {tags.USER, tags.GROUP} and name else None

    def __str__(self) -> str:
        return f"{self.word}:{self.name}"

    @property
    def tag(self) -> str:
        return tags.write(settings.GANETI_TAG_PREFIX, self.word, self.name)

    @property
    def fits_tag(self) -> bool:
        """Whether Ganeti can keep the name in a tag; a directory's may have spaces."""
        return tags.is_accepted(self.tag)

    @property
    def exists(self) -> bool:
        """Whether there is somebody of exactly this name who could log in, or a group.

        Compared here too, since a database may take a small letter for a large one.
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
    """Make somebody an owner, who exists and whose name a tag can hold."""
    availability.check(Job.Kind.OWNERS, cluster, instance, by)

    def call(client: RapiClient, reason: str) -> int:
        name = instance.name
        return client.add_tags("instances", name, [owner.tag], reason=reason)

    action = Action(Job.Kind.OWNERS, call, changes=[(OWNER, None, str(owner))])
    return submit(cluster, instance_target(instance), action, by=by)


@dataclass(frozen=True, slots=True)
class Consequences:
    """What the removal of an owner leads to, beside that."""

    leaves_nobody: bool  # who is known to this site
    loses_own: bool  # who removes it owns the instance no longer


def check_removal(
    cluster: Cluster, instance: Instance, owner: Owner, *, by: Acting
) -> Consequences:
    """Refuse what somebody may not remove; raises ActionRefused and NotNow.

    Superusers alone may leave nobody who is known.
    """
    availability.check(Job.Kind.OWNERS, cluster, instance, by)
    if not _tags_of(instance, owner):
        message = _("%(name)s isn't an owner of the machine.")
        raise NotNow(message % {"name": owner.name})
    person = Person.of(by.user)
    left = [each for each in of(instance) if each != owner]
    leaves_nobody = not any(each.exists for each in left)
    if leaves_nobody and not access.may_leave_nobody(person):
        raise refuse(LAST, Job.Kind.OWNERS.value, instance_target(instance), by=by)
    return Consequences(leaves_nobody, loses(person, instance.tags, left))


def removal(instance: Instance, owner: Owner) -> Action:
    """Return what is asked of the cluster: each spelling of the tag goes."""
    gone = _tags_of(instance, owner)

    def call(client: RapiClient, reason: str) -> int:
        return client.delete_tags("instances", instance.name, gone, reason=reason)

    return Action(Job.Kind.OWNERS, call, changes=[(OWNER, str(owner), None)])


def _tags_of(instance: Instance, owner: Owner) -> list[str]:
    prefix = settings.GANETI_TAG_PREFIX
    return tags.matching_tags(instance.tags, prefix, owner.word, owner.name)


def loses(person: Person, before: Tags, left: Iterable[Owner]) -> bool:
    """Tell whether the person owns it now, and would not with those who are left."""
    after = Tags.parse([owner.tag for owner in left], settings.GANETI_TAG_PREFIX)
    return access.owns(person, before) and not access.owns(person, after)


# -- mails


def people_of(owners: Iterable[Owner]) -> list[User]:
    """Return who can be written to of these users and groups, each once."""
    wanted = set(owners)
    users = {owner.name for owner in wanted if owner.word == tags.USER}
    groups = {owner.name for owner in wanted if owner.word == tags.GROUP}
    # By exact name: a database may take a small letter for a large one.
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
def tell_of_change(job: Job) -> None:
    """Write to those who have become owners, and to all who were before.

    Who did it gets a mail too, as an owner: somebody else may use their session.
    """
    if job.status != JobStatus.SUCCESS or job.audit_entry is None:
        return
    changes = job.audit_entry.changes
    added = _owners_in(after for _what, _before, after in changes)
    removed = _owners_in(before for _what, before, _after in changes)
    previous = people_of({*_now(job), *removed} - added)
    for user in previous:
        context = {"job": job, "added": added, "removed": removed}
        _post("ganeti/emails/owners_changed.txt", user, job, context)
    for owner in added:
        for user in people_of([owner]):
            if user != job.user and user not in previous:
                group = owner.name if owner.word == tags.GROUP else ""
                context = {"job": job, "group": group, "user": user}
                _post("ganeti/emails/owner_added.txt", user, job, context)


def _owners_in(texts: Iterable[str | None]) -> set[Owner]:
    return {owner for text in texts if text and (owner := Owner.read(text))}


def _now(job: Job) -> list[Owner]:
    """Return the owners of a job's instance, as this process knows them."""
    contents = snapshots.remembered(job.cluster)
    instance = contents.by_uuid.get(job.target_id) if contents else None
    return of(instance) if instance else []


def _post(template: str, user: User, job: Job, context: dict[str, Any]) -> None:
    letter = Letter(template, context, about=f"job:{job.pk}")
    letter.post(user.email, language=contact.language_of(user))
