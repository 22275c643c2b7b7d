"""Who may see and do what with clusters and instances; the only place that answers it.

Pure predicates over a person and an instance: nothing here is cached, asks a database
or knows a request.
"""

from dataclasses import dataclass
from enum import Enum, auto

from django.utils.translation import gettext_lazy as _

from apps.accounts.person import Person
from apps.web.stored_text import Text

from .domain.instance import Instance
from .domain.node import NodeGroup
from .domain.tags import Tags


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
    reason: Text = ""

    @property
    def allowed(self) -> bool:
        return self.answer is Answer.YES

    def __bool__(self) -> bool:
        """Refuse to be read as a yes by accident."""
        raise TypeError("Ask a verdict for .allowed.")


YES = Verdict(Answer.YES)
INVISIBLE = Verdict(Answer.INVISIBLE)
NOT_AN_OWNER = Verdict(
    Answer.FORBIDDEN, _("You can view this machine but not manage it.")
)
LOCKED = Verdict(
    Answer.FORBIDDEN,
    _("This machine is locked by staff: you can view it but not change it."),
)
UNDER_MAINTENANCE = Verdict(
    Answer.FORBIDDEN,
    _("The nodes of this machine are under maintenance. Try again later."),
)


def sees_all(person: Person) -> bool:
    """Tell whether the person sees every instance, whoever owns it."""
    return person.has("ganeti.view_instances")


def owns(person: Person, tags: Tags) -> bool:
    """Tell whether the tags name the person, or a group of theirs, as an owner."""
    if not person.username:
        return False
    return person.username in tags.users or not person.groups.isdisjoint(tags.groups)


def may_see(person: Person, instance: Instance) -> bool:
    """Tell whether the person may know that the instance exists."""
    return sees_all(person) or owns(person, instance.tags)


def may_operate(person: Person, instance: Instance, group: NodeGroup | None) -> Verdict:
    """Answer who wants to start, shut down, reboot or configure an instance."""
    if not may_see(person, instance):
        return INVISIBLE
    if person.superuser:
        return YES
    if not owns(person, instance.tags):
        return NOT_AN_OWNER
    if instance.tags.locked:
        return LOCKED
    if group is not None and group.locked:
        return UNDER_MAINTENANCE
    return YES


def may_lock(person: Person, instance: Instance, _group: NodeGroup | None) -> Verdict:
    """Answer who wants to keep owners from acting on an instance, or let them again."""
    if not may_see(person, instance):
        return INVISIBLE
    if sees_all(person) and person.has("ganeti.can_lock"):
        return YES
    return Verdict(Answer.FORBIDDEN, _("Only staff can lock machines."))


def may_isolate(
    person: Person, instance: Instance, _group: NodeGroup | None
) -> Verdict:
    """Answer who wants to cut an instance off from the network, or let it back."""
    if not may_see(person, instance):
        return INVISIBLE
    if sees_all(person) and person.has("ganeti.can_isolate"):
        return YES
    return Verdict(Answer.FORBIDDEN, _("Only staff can isolate machines."))


def may_move(person: Person, instance: Instance, _group: NodeGroup | None) -> Verdict:
    """Answer who wants to migrate an instance or to fail it over."""
    if not may_see(person, instance):
        return INVISIBLE
    if person.superuser:
        return YES
    return Verdict(
        Answer.FORBIDDEN, _("Only administrators can move machines to other nodes.")
    )


def may_search_people(person: Person) -> bool:
    """Tell whether the person finds users and groups by a part of their names."""
    return sees_all(person)


def may_leave_nobody(person: Person) -> bool:
    """Tell whether the person may take the last owner of an instance away."""
    return person.superuser


def may_add_clusters(person: Person) -> bool:
    """Tell whether the person is led to where clusters are added."""
    return person.superuser


def may_refresh(person: Person) -> bool:
    """Tell whether the person may have a cluster asked now."""
    return sees_all(person)


def may_see_image_sources(person: Person) -> bool:
    """Tell whether the person sees where images come from, and has them fetched."""
    return sees_all(person)


def may_see_clusters(person: Person) -> bool:
    """Tell whether clusters, nodes and owners are shown to the person."""
    return sees_all(person)


def may_see_requests(person: Person) -> bool:
    """Tell whether the person sees what others have asked for and not confirmed."""
    return sees_all(person)


def may_cancel(person: Person, asker: str) -> bool:
    """Tell whether the person may take back what somebody has asked for."""
    return person.superuser or (bool(asker) and person.username == asker)


def may_confirm_in_place(person: Person) -> bool:
    """Tell whether a setting may spare the person the mail before what is fatal."""
    return person.superuser


def may_see_all_history(person: Person) -> bool:
    """Tell whether the person sees what everybody did."""
    return sees_all(person)
