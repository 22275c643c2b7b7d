"""Who owns an instance: tags added and taken away one by one, never all replaced."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from apps.accounts import people
from apps.auditlog.entries import Acting
from apps.mails.letters import Letter

from .. import access, following
from ..access import Answer, Person, Verdict
from ..domain import tags
from ..domain.instance import Instance
from ..domain.job import JobStatus
from ..domain.tags import Tags
from ..models import Cluster, Job
from ..rapi.client import RapiClient
from . import rights
from .submission import Action, NotNow, refuse, submit

OWNER = gettext_noop("Owner")
LAST = Verdict(
    Answer.FORBIDDEN,
    gettext_lazy("Only the staff takes the last known owner of a machine away."),
)


class Confirm(Exception):
    """It can be done, but what it leads to is to be confirmed first."""

    def __init__(self, *, leaves_nobody: bool) -> None:
        super().__init__()
        self.leaves_nobody = leaves_nobody


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
    rights.check(Job.Kind.OWNERS, cluster, instance, by)

    def call(client: RapiClient, reason: str) -> int:
        name = instance.name
        return client.add_tags("instances", name, [owner.tag], reason=reason)

    action = Action(Job.Kind.OWNERS, call, changes=[(OWNER, None, str(owner))])
    return submit(cluster, instance, action, by=by)


def remove(
    cluster: Cluster,
    instance: Instance,
    owner: Owner,
    *,
    by: Acting,
    confirmed: bool = False,
) -> Job:
    """Take an owner away, in each spelling of the tag.

    Raises Confirm where nobody known would be left, or the person would lose the
    machine. The first is for superusers only.
    """
    rights.check(Job.Kind.OWNERS, cluster, instance, by)
    prefix = settings.GANETI_TAG_PREFIX
    gone = tags.spellings(instance.tags, prefix, owner.word, owner.name)
    if not gone:
        message = _("%(name)s is no owner of it.")
        raise NotNow(message % {"name": owner.name})
    _check_what_is_left(cluster, instance, owner, by, confirmed=confirmed)

    def call(client: RapiClient, reason: str) -> int:
        return client.delete_tags("instances", instance.name, gone, reason=reason)

    action = Action(Job.Kind.OWNERS, call, changes=[(OWNER, str(owner), None)])
    return submit(cluster, instance, action, by=by)


def _check_what_is_left(
    cluster: Cluster, instance: Instance, owner: Owner, by: Acting, *, confirmed: bool
) -> None:
    person = Person.of(by.user)
    left = [each for each in of(instance) if each != owner]
    leaves_nobody = not any(each.exists for each in left)
    if leaves_nobody and not person.superuser:
        raise refuse(LAST, Job.Kind.OWNERS.value, cluster, instance, by=by)
    if not confirmed and (leaves_nobody or loses(person, instance.tags, left)):
        raise Confirm(leaves_nobody=leaves_nobody)


def loses(person: Person, before: Tags, left: Iterable[Owner]) -> bool:
    """Tell whether the person owns it now, and would not with those who are left."""
    after = Tags.parse([owner.tag for owner in left], settings.GANETI_TAG_PREFIX)
    return access.owns(person, before) and not access.owns(person, after)


@following.on_finished(Job.Kind.OWNERS)
def welcome(job: Job) -> None:
    """Write to those who have become owners."""
    if job.status != JobStatus.SUCCESS or job.audit_entry is None:
        return
    for _what, _before, after in job.audit_entry.changes:
        owner = Owner.read(after or "")
        for user in _users_of(owner) if owner else ():
            _write_to(user, owner, job)


def _users_of(owner: Owner) -> list[User]:
    active = User.objects.filter(is_active=True).exclude(email="")
    if owner.word == tags.USER:
        return list(active.filter(username=owner.name))
    return list(active.filter(groups__name=owner.name))


def _write_to(user: User, owner: Owner | None, job: Job) -> None:
    if user == job.user:
        return
    group = owner.name if owner and owner.word == tags.GROUP else ""
    letter = Letter(
        "ganeti/emails/owner_added.txt",
        {"job": job, "group": group, "user": user},
        about=f"job:{job.pk}",
    )
    letter.post(user.email, language=people.language_of(user))
