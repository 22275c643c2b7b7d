"""Access rules for clusters and instances; no other module decides access.

Pure predicates over a person and an instance: they use no cache, database or request.
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
    """Outcome of an access check."""

    YES = auto()
    INVISIBLE = auto()  # not theirs: treated as if it did not exist
    FORBIDDEN = auto()  # they see it, but may not
    NOT_NOW = auto()  # they may, but it cannot be done now


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer, with the reason unless it is YES."""

    answer: Answer
    reason: Text = ""

    @property
    def allowed(self) -> bool:
        return self.answer is Answer.YES

    def __bool__(self) -> bool:
        """Raise TypeError, since any verdict would otherwise be truthy."""
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


TOO_LATE = Verdict(Answer.NOT_NOW, _("It's too late to cancel this job."))


def sees_all(person: Person) -> bool:
    """Return whether the person sees every instance, whoever owns it."""
    return person.has("ganeti.view_instances")


def owns(person: Person, tags: Tags) -> bool:
    """Return whether the tags name the person, or a group of theirs, as an owner."""
    if not person.username:
        return False
    return person.username in tags.users or not person.groups.isdisjoint(tags.groups)


def may_see(person: Person, instance: Instance) -> bool:
    """Return whether the person may know that the instance exists."""
    return sees_all(person) or owns(person, instance.tags)


def may_operate(person: Person, instance: Instance, group: NodeGroup | None) -> Verdict:
    """Return whether the person may start, stop, reboot or configure an instance."""
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
    """Return whether the person may lock or unlock an instance."""
    if not may_see(person, instance):
        return INVISIBLE
    if sees_all(person) and person.has("ganeti.can_lock"):
        return YES
    return Verdict(Answer.FORBIDDEN, _("Only staff can lock machines."))


def may_isolate(
    person: Person, instance: Instance, _group: NodeGroup | None
) -> Verdict:
    """Return whether the person may isolate or reconnect an instance."""
    if not may_see(person, instance):
        return INVISIBLE
    if sees_all(person) and person.has("ganeti.can_isolate"):
        return YES
    return Verdict(Answer.FORBIDDEN, _("Only staff can isolate machines."))


def may_move(person: Person, instance: Instance, _group: NodeGroup | None) -> Verdict:
    """Return whether the person may migrate an instance or fail it over."""
    if not may_see(person, instance):
        return INVISIBLE
    if person.superuser:
        return YES
    return Verdict(
        Answer.FORBIDDEN, _("Only superusers can move machines to other nodes.")
    )


def may_maintain(person: Person) -> Verdict:
    """Return whether the person may put node groups under maintenance and end it."""
    if not may_see_clusters(person):
        return INVISIBLE
    if person.superuser:
        return YES
    return Verdict(
        Answer.FORBIDDEN, _("Only superusers can set and end maintenance of nodes.")
    )


def may_search_people(person: Person) -> bool:
    """Return whether the person may search users and groups by parts of their names."""
    return sees_all(person)


def may_leave_nobody(person: Person) -> bool:
    """Return whether the person may remove the last owner of an instance."""
    return person.superuser


def may_add_clusters(person: Person) -> bool:
    """Return whether the person may add clusters."""
    return person.superuser


def may_refresh(person: Person) -> bool:
    """Return whether the person may start a refresh of a cluster."""
    return sees_all(person)


def may_see_image_sources(person: Person) -> bool:
    """Return whether the person may see image sources and fetch them."""
    return sees_all(person)


def may_see_clusters(person: Person) -> bool:
    """Return whether the person may see clusters, nodes and owners."""
    return sees_all(person)


def may_see_requests(person: Person) -> bool:
    """Return whether the person may see other users' pending requests."""
    return sees_all(person)


def may_cancel(person: Person, requester: str) -> bool:
    """Return whether the person may cancel a request; ``requester`` is a user name."""
    return person.superuser or (bool(requester) and person.username == requester)


def may_confirm_in_place(person: Person) -> bool:
    """Return whether CONFIRM_IN_PLACE lets the person act without a mail."""
    return person.superuser


def may_see_all_history(person: Person) -> bool:
    """Return whether the person may see everybody's history."""
    return sees_all(person)


def may_see_graphs(person: Person, instance: Instance) -> bool:
    """Return whether the person may see the graphs of an instance."""
    return person.has("ganeti.view_all_graphs") or may_see(person, instance)


def may_see_all_graphs(person: Person) -> bool:
    """Return whether the person may see the graphs of every instance."""
    return sees_all(person) or person.has("ganeti.view_all_graphs")


def may_see_all_jobs(person: Person) -> bool:
    """Return whether the person may see every job, whoever submitted it."""
    return sees_all(person)


def may_cancel_job(person: Person, submitter: str, *, waits: bool) -> Verdict:
    """Return whether the person may cancel an unfinished job.

    ``submitter`` is the user who submitted it here; empty for jobs of others.
    """
    if person.superuser:
        return YES
    if not submitter or person.username != submitter:
        return Verdict(
            Answer.FORBIDDEN, _("Only superusers can cancel other users' jobs.")
        )
    return YES if waits else TOO_LATE
