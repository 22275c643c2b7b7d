"""Detail page of an application: specification, events, jobs and mails.

Staff who see applications see everything. The applicant sees what was requested and the
outcome, but neither who decided nor the staff's comments.
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
from apps.ganeti.display import labels as ganeti_labels
from apps.ganeti.models import Job
from apps.ganeti.reads import inventory
from apps.mails.models import Mail
from apps.web.stored_text import Text

from .. import access
from ..models import Event, InstanceApplication
from ..services.reviewing import may_review_application
from ..states import REVIEWABLE, Status
from . import labels

# Changes by a reviewer that the applicant sees.
APPLICANT_FIELDS = frozenset(
    {
        *("hostname", "memory_mib", "vcpus", "disk_gib", "operating_system"),
        *("hosts_mail_server", "organization", "network"),
        *("contact_name", "contact_email", "contact_phone"),
    }
)
STAFF_EVENTS = frozenset({Event.Kind.NOT_SUBMITTED})
BUILDING = frozenset({Status.SUBMITTED, Status.PROCESSING})
NEXT_STEP_TEXTS: dict[str, Text] = {
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
class FieldChange:
    """A field that a reviewer changed, with its old and new value as text."""

    label: Text
    previous: str
    current: str


@dataclass(frozen=True, slots=True)
class EventEntry:
    """An event, reduced to what the reader may see."""

    event: Event
    label: str
    username: Text
    detail: str
    changes: Sequence[FieldChange]


@dataclass(frozen=True, slots=True)
class JobEntry:
    """A job of an application, with its outcome and log."""

    job: Job
    outcome: str
    lines: Sequence[str]


@dataclass(frozen=True)
class ApplicationDetail:
    """An application as far as ``person`` may see it."""

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
        return NEXT_STEP_TEXTS.get(self.application.status, "")

    @property
    def may_withdraw(self) -> bool:
        """Whether this person can withdraw it now."""
        pending = self.application.status == Status.PENDING
        return pending and access.may_withdraw(self.person, self._applicant).allowed

    @property
    def _applicant(self) -> str:
        return self.application.applicant.get_username()

    @property
    def to_review(self) -> bool:
        reviewable = self.application.status in REVIEWABLE
        return (
            reviewable and may_review_application(self.person, self.application).allowed
        )

    @property
    def busy(self) -> Job | None:
        job = self.application.job
        return job if job and job.unfinished else None

    @property
    def moving(self) -> bool:
        """Whether the page polls because more is about to change."""
        return self.busy is not None or self.application.status in BUILDING

    @property
    def doing(self) -> str:
        """Label of the running job; the applicant isn't shown that it is a removal."""
        if self.busy is None:
            return ""
        return ganeti_labels.doing(self.busy) if self.staff else self.status

    @cached_property
    def machine(self) -> str:
        """URL of the machine built for it, if visible; else empty.

        Found by its tag: it may have been renamed, and another may have its old name.
        """
        application = self.application
        if application.status != Status.CREATED or application.cluster is None:
            return ""
        slug, number = application.cluster.slug, str(application.pk)
        snapshot = inventory.visible_on(self.person, slug).snapshot(slug)
        for instance in (
            snapshot.contents.instances.values()
            if snapshot and snapshot.contents
            else ()
        ):
            if number in instance.tags.applications and may_see(self.person, instance):
                return reverse("ganeti:instance-detail", args=(slug, instance.name))
        return ""

    @property
    def memory(self) -> str:
        return labels.memory(self.application.memory_mib)

    @property
    def operating_system(self) -> str:
        return labels.operating_system(self.application.operating_system)

    # -- events, jobs, mails

    @cached_property
    def _events(self) -> list[Event]:
        return list(self.application.events.select_related("user", "job__cluster"))

    @cached_property
    def events(self) -> list[EventEntry]:
        return [entry for event in self._events for entry in self._entries_of(event)]

    def _entries_of(self, event: Event) -> Iterator[EventEntry]:
        changes = list(self._changes(event))
        if not self.staff:
            silent = event.kind == Event.Kind.CHANGED and not changes
            if silent or event.kind in STAFF_EVENTS:
                return
        label = event.get_kind_display()
        yield EventEntry(
            event=event,
            label=f"{label[:1].upper()}{label[1:]}",
            username=self._username(event),
            detail=event.detail if self.staff else "",
            changes=changes,
        )

    def _username(self, event: Event) -> Text:
        if event.user is None:
            return _("System")
        name = event.user.get_username()
        shown = self.staff or name == self._applicant
        return name if shown else _("Staff")

    def _changes(self, event: Event) -> Iterator[FieldChange]:
        for field, old_value, new_value in event.changes:
            if self.staff or field in APPLICANT_FIELDS:
                yield FieldChange(_label(field), _text(old_value), _text(new_value))

    @cached_property
    def jobs(self) -> list[JobEntry]:
        """Return its jobs, newest first, to staff."""
        if not self.staff:
            return []
        jobs = {event.job.pk: event.job for event in self._events if event.job}
        if self.application.job is not None:
            jobs[self.application.job.pk] = self.application.job
        return [_job_entry(jobs[pk]) for pk in sorted(jobs, reverse=True)]

    @cached_property
    def mails(self) -> list[Mail]:
        """Return the mails about it: all to staff, to others those they got."""
        sent: QuerySet[Mail] = Mail.objects.about(self.application.mail_key)
        if self.staff:
            return list(sent)
        own = self.application.applicant.email.casefold()
        return [mail for mail in sent if own and own == mail.recipient.casefold()]


def _job_entry(job: Job) -> JobEntry:
    if job.unfinished:
        outcome = ganeti_labels.doing(job)
    elif job.failed:
        outcome = ganeti_labels.not_done(job)
    else:
        outcome = ganeti_labels.done(job)
    return JobEntry(job, outcome, [str(line[-1]) for line in job.log])


def _label(field: str) -> Text:
    """Return the verbose name of a field, or the name if there is no such field."""
    try:
        model_field = InstanceApplication._meta.get_field(field)
    except FieldDoesNotExist:
        return field
    name: Text = getattr(model_field, "verbose_name", field)
    return name


def _text(value: Any) -> str:
    return "" if value is None else str(value)
