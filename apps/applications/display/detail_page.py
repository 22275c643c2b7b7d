"""One application as its page shows it: what it is, what was done, what was said.

Staff who see applications are shown everything; who filed it sees what was asked for
and what became of it, but neither who decided nor what the staff say to each other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.person import Person
from apps.ganeti.access import may_see
from apps.ganeti.display import labels as ganeti_words
from apps.ganeti.models import Job
from apps.ganeti.reads import inventory
from apps.mails.models import Mail
from apps.web.stored_text import Text

from .. import access
from ..models import Event, InstanceApplication
from ..services.reviewing import may_decide
from ..states import REVIEWABLE, Status
from . import labels

# What an applicant is shown of what a reviewer changed.
OPEN_FIELDS = frozenset(
    {
        *("hostname", "memory_mib", "vcpus", "disk_gib", "operating_system"),
        *("hosts_mail_server", "organization", "network"),
        *("contact_name", "contact_email", "contact_phone"),
    }
)
STAFF_EVENTS = frozenset({Event.Kind.NOT_SUBMITTED})
MOVING = frozenset({Status.SUBMITTED, Status.PROCESSING})
WHAT_NEXT: dict[str, Text] = {
    Status.PENDING: gettext_lazy(
        "Waiting for review. You'll get an email when it is decided."
    ),
    Status.APPROVED: gettext_lazy(
        "Approved. The machine will be built, and you'll get an email when it's ready."
    ),
    Status.SUBMITTED: gettext_lazy(
        "Approved. You'll get an email when the machine is ready."
    ),
    Status.PROCESSING: gettext_lazy(
        "The machine is being built. You'll get an email when it's ready."
    ),
    Status.FAILED: gettext_lazy(
        "The machine couldn't be built. The staff have been notified and will "
        "try again or contact you."
    ),
    Status.REFUSED: gettext_lazy("Rejected."),
    Status.DISCARDED: gettext_lazy(
        "The staff closed the application without building a machine."
    ),
    Status.WITHDRAWN: gettext_lazy("Withdrawn. No machine will be built."),
}


@dataclass(frozen=True, slots=True)
class Changed:
    """A field that a reviewer changed, in words."""

    label: Text
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, as far as one may know."""

    event: Event
    word: str
    who: Text
    detail: str
    changes: Sequence[Changed]


@dataclass(frozen=True, slots=True)
class Run:
    """A job of an application, with what it said."""

    job: Job
    outcome: str
    lines: Sequence[str]


@dataclass(frozen=True)
class Story:
    """An application, as ``person`` may see it."""

    application: InstanceApplication
    person: Person

    @property
    def staff(self) -> bool:
        return access.may_see_applications(self.person)

    @property
    def own(self) -> bool:
        return self.person.username == self.application.applicant.get_username()

    @property
    def status(self) -> str:
        return labels.state(self.application)

    @property
    def dot(self) -> str:
        return labels.dot(self.application)

    @property
    def what_next(self) -> Text:
        return WHAT_NEXT.get(self.application.status, "")

    @property
    def may_withdraw(self) -> bool:
        """Whether it can be taken back by this person, and now."""
        pending = self.application.status == Status.PENDING
        return pending and access.may_withdraw(self.person, self._applicant).allowed

    @property
    def _applicant(self) -> str:
        return self.application.applicant.get_username()

    @property
    def to_review(self) -> bool:
        reviewable = self.application.status in REVIEWABLE
        return reviewable and may_decide(self.person, self.application).allowed

    @property
    def busy(self) -> Job | None:
        job = self.application.job
        return job if job and job.unfinished else None

    @property
    def moving(self) -> bool:
        """Whether more is to be seen soon, so that the page asks again."""
        return self.busy is not None or self.application.status in MOVING

    @property
    def doing(self) -> str:
        """Return what the job does; that it clears up first is the staff's business."""
        if self.busy is None:
            return ""
        return ganeti_words.doing(self.busy) if self.staff else self.status

    @cached_property
    def machine(self) -> str:
        """Return the address of the machine that came of it, if there is one to see.

        The machine says so itself: it may have another name by now, and its name may
        be another's.
        """
        found = self.application
        if found.status != Status.CREATED or found.cluster is None:
            return ""
        slug, number = found.cluster.slug, str(found.pk)
        shot = inventory.visible_on(self.person, slug).snapshot(slug)
        for each in shot.contents.instances.values() if shot and shot.contents else ():
            if number in each.tags.applications and may_see(self.person, each):
                return reverse("ganeti:instance-detail", args=(slug, each.name))
        return ""

    @property
    def memory(self) -> str:
        return labels.memory(self.application.memory_mib)

    @property
    def operating_system(self) -> str:
        return labels.operating_system(self.application.operating_system)

    # -- what happened

    @cached_property
    def _events(self) -> list[Event]:
        return list(self.application.events.select_related("user", "job__cluster"))

    @cached_property
    def moments(self) -> list[Moment]:
        return [moment for event in self._events for moment in self._shown(event)]

    def _shown(self, event: Event) -> Iterator[Moment]:
        changes = list(self._changes(event))
        if not self.staff:
            silent = event.kind == Event.Kind.CHANGED and not changes
            if silent or event.kind in STAFF_EVENTS:
                return
        word = event.get_kind_display()
        yield Moment(
            event=event,
            word=f"{word[:1].upper()}{word[1:]}",
            who=self._who(event),
            detail=event.detail if self.staff else "",
            changes=changes,
        )

    def _who(self, event: Event) -> Text:
        if event.user is None:
            return _("System")
        name = event.user.get_username()
        shown = self.staff or name == self._applicant
        return name if shown else _("Staff")

    def _changes(self, event: Event) -> Iterator[Changed]:
        for field, before, after in event.changes:
            if self.staff or field in OPEN_FIELDS:
                yield Changed(_label(field), _text(before), _text(after))

    @cached_property
    def runs(self) -> list[Run]:
        """Return its jobs, newest first, to staff."""
        if not self.staff:
            return []
        jobs = {event.job.pk: event.job for event in self._events if event.job}
        if self.application.job is not None:
            jobs[self.application.job.pk] = self.application.job
        return [_run(jobs[pk]) for pk in sorted(jobs, reverse=True)]

    @cached_property
    def mails(self) -> list[Mail]:
        """Return the mails about it: all to staff, to others those they got."""
        sent: QuerySet[Mail] = Mail.objects.about(self.application.mail_key)
        if self.staff:
            return list(sent)
        own = self.application.applicant.email.casefold()
        return [mail for mail in sent if own and own == mail.recipient.casefold()]


def _run(job: Job) -> Run:
    if job.unfinished:
        outcome = ganeti_words.doing(job)
    elif job.failed:
        outcome = ganeti_words.not_done(job)
    else:
        outcome = ganeti_words.done(job)
    return Run(job, outcome, [str(line[-1]) for line in job.log])


def _label(field: str) -> Text:
    """Return what people call a field; itself where there is none of that name."""
    try:
        found = InstanceApplication._meta.get_field(field)
    except FieldDoesNotExist:
        return field
    name: Text = getattr(found, "verbose_name", field)
    return name


def _text(value: Any) -> str:
    return "" if value is None else str(value)
