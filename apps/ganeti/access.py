"""Who may see and do what; the only place that answers it.

Pure predicates over a person and an instance: nothing here is cached, asks a database
or knows a request.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .domain.instance import Instance
from .domain.node import NodeGroup
from .domain.tags import Tags

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Person:
    """A logged-in user, as far as rights go."""

    username: str
    groups: frozenset[str] = frozenset()
    superuser: bool = False
    sees_all: bool = False
    may_lock: bool = False
    may_isolate: bool = False
    sees_all_graphs: bool = False
    sees_applications: bool = False
    reviews: bool = False

    @classmethod
    def of(cls, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Ask for a user's groups and rights; somebody inactive has none."""
        if not isinstance(user, User) or not user.is_active:
            return cls(username="")
        if user.is_superuser:
            groups = frozenset(user.groups.values_list("name", flat=True))
            return cls(user.username, groups, *(True,) * 7)
        sees_all = user.has_perm("ganeti.view_instances")
        return cls(
            username=user.username,
            groups=frozenset(user.groups.values_list("name", flat=True)),
            sees_all=sees_all,
            may_lock=sees_all and user.has_perm("ganeti.can_lock"),
            may_isolate=sees_all and user.has_perm("ganeti.can_isolate"),
            sees_all_graphs=user.has_perm("ganeti.view_all_graphs"),
            sees_applications=user.has_perm("applications.view_applications")
            or user.has_perm("applications.change_instanceapplication"),
            reviews=user.has_perm("applications.change_instanceapplication"),
        )

    @property
    def staff(self) -> bool:
        """Whether nodes, owners and clusters are shown to this person."""
        return self.sees_all


class Answer(Enum):
    """What somebody gets who asks to do something."""

    YES = auto()
    INVISIBLE = auto()  # not theirs: as if it did not exist
    FORBIDDEN = auto()  # they see it, but may not
    NOT_NOW = auto()  # they may, but it cannot be done now


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer, with the reason where it is not yes."""

    answer: Answer
    reason: Words = ""

    @property
    def allowed(self) -> bool:
        return self.answer is Answer.YES

    def __bool__(self) -> bool:
        """Refuse to be read as a yes by accident."""
        raise TypeError("Ask a verdict for .allowed.")


YES = Verdict(Answer.YES)
INVISIBLE = Verdict(Answer.INVISIBLE)


def owns(person: Person, tags: Tags) -> bool:
    """Tell whether the tags name the person, or a group of theirs, as an owner."""
    if not person.username:
        return False
    return person.username in tags.users or not person.groups.isdisjoint(tags.groups)


def may_see(person: Person, instance: Instance) -> bool:
    """Tell whether the person may know that the instance exists."""
    return person.sees_all or owns(person, instance.tags)


def may_operate(person: Person, instance: Instance, group: NodeGroup | None) -> Verdict:
    """Answer who wants to start, shut down, reboot or configure an instance."""
    if not may_see(person, instance):
        return INVISIBLE
    if person.superuser:
        return YES
    if not owns(person, instance.tags):
        return Verdict(
            Answer.FORBIDDEN, _("You may look at this machine, but not run it.")
        )
    if instance.tags.locked:
        return Verdict(
            Answer.FORBIDDEN,
            _("The staff has locked this machine: you can look, but not act."),
        )
    if group is not None and group.locked:
        return Verdict(
            Answer.FORBIDDEN,
            _("The hosts of this machine are under maintenance; try again later."),
        )
    return YES


def may_lock(person: Person, instance: Instance) -> Verdict:
    """Answer who wants to keep owners from acting on an instance, or let them again."""
    if not may_see(person, instance):
        return INVISIBLE
    if person.may_lock:
        return YES
    return Verdict(Answer.FORBIDDEN, _("Locking machines is for the staff."))


def may_isolate(person: Person, instance: Instance) -> Verdict:
    """Answer who wants to cut an instance off from the network, or let it back."""
    if not may_see(person, instance):
        return INVISIBLE
    if person.may_isolate:
        return YES
    return Verdict(
        Answer.FORBIDDEN, _("Cutting machines off from the network is for the staff.")
    )


def may_search_people(person: Person) -> bool:
    """Tell whether the person finds users and groups by a part of their names."""
    return person.sees_all


def may_see_applications(person: Person) -> bool:
    """Tell whether the person sees the applications of others."""
    return person.sees_applications


def may_see_application(person: Person, applicant: str) -> bool:
    """Tell whether the person may know of an application; by who filed it."""
    return person.sees_applications or (person.username == applicant != "")


def may_withdraw(person: Person, applicant: str) -> Verdict:
    """Answer who wants to take an application back; whether it is open is no matter."""
    if not may_see_application(person, applicant):
        return INVISIBLE
    if person.username != applicant:
        return Verdict(
            Answer.FORBIDDEN, _("An application is withdrawn by who filed it alone.")
        )
    return YES


def may_review(person: Person) -> bool:
    """Tell whether the person accepts and refuses applications."""
    return person.reviews


def may_review_of(person: Person, applicant: str, *, own: bool) -> Verdict:
    """Answer who wants to decide about an application; by who filed it.

    ``own``: reviewers decide about their own, too. Superusers do so always, since they
    have machines built without an application.
    """
    if may_review(person):
        if own or person.superuser or person.username != applicant:
            return YES
        return Verdict(
            Answer.FORBIDDEN, _("Another reviewer decides about your own application.")
        )
    if not may_see_application(person, applicant):
        return INVISIBLE
    return Verdict(Answer.FORBIDDEN, _("Only reviewers decide about applications."))


def may_create(person: Person) -> Verdict:
    """Answer who wants to have a machine built without an application."""
    if person.superuser:
        return YES
    return Verdict(
        Answer.FORBIDDEN, _("Only superusers have machines built without asking.")
    )


def may_refresh(person: Person) -> bool:
    """Tell whether the person may have a cluster asked now."""
    return person.sees_all


def may_see_image_sources(person: Person) -> bool:
    """Tell whether the person sees where images come from, and has them fetched."""
    return person.sees_all


def may_see_clusters(person: Person) -> bool:
    """Tell whether clusters, nodes and owners are shown to the person."""
    return person.sees_all


def may_see_people(person: Person) -> bool:
    """Tell whether the person may look up users and groups."""
    return person.sees_all


def may_see_requests(person: Person) -> bool:
    """Tell whether the person sees what others have asked for and not confirmed."""
    return person.sees_all


def may_cancel(person: Person, asker: str) -> bool:
    """Tell whether the person may take back what somebody has asked for."""
    return person.superuser or (bool(asker) and person.username == asker)


def may_confirm_in_place(person: Person) -> bool:
    """Tell whether a setting may spare the person the mail before what is fatal."""
    return person.superuser


def may_see_all_history(person: Person) -> bool:
    """Tell whether the person sees what everybody did."""
    return person.sees_all
