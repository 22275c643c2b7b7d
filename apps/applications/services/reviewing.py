"""Decisions of reviewers; each becomes an event of the application and is audited."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import pgettext_lazy

from apps.accounts import contact
from apps.accounts.person import Person
from apps.auditlog import entries
from apps.auditlog.entries import Acting, Change
from apps.ganeti.access import Verdict
from apps.ganeti.jobs import submission
from apps.ganeti.models import Job
from apps.mails.letters import Letter
from apps.web.stored_text import Text

from .. import access
from ..models import Event, InstanceApplication
from ..states import Status, TooLate
from . import building, transitions
from .filing import NOT_THEIRS, NameTaken

# Actions as the audit log has them.
REVIEW, CREATE = "review_application", "create_without_application"
ACCEPT, REFUSE = "accept_application", "refuse_application"
DISCARD = "discard_application"
# What pages call them.
ACTIONS: Mapping[str, Text] = {
    REVIEW: pgettext_lazy("action", "Review an application"),
    CREATE: pgettext_lazy("action", "Create without an application"),
    ACCEPT: pgettext_lazy("action", "Approve an application"),
    REFUSE: pgettext_lazy("action", "Reject an application"),
    DISCARD: pgettext_lazy("action", "Discard an application"),
}

# What a reviewer can change, in the order of the event's changes.
REVIEWED_FIELDS = (
    *("hostname", "memory_mib", "vcpus", "disk_gib", "operating_system"),
    *("hosts_mail_server", "organization", "cluster", "node_group", "nic_network"),
    *("disk_template", "storage_provider", "volume_group"),
)


def may_review_application(person: Person, application: InstanceApplication) -> Verdict:
    """Return whether the person may decide on the application."""
    return access.may_review_of(
        person,
        application.applicant.get_username(),
        own=settings.REVIEW_OWN_APPLICATIONS,
    )


def check(application: InstanceApplication, *, by: Acting) -> None:
    """Raise ActionRefused unless the user may decide on the application."""
    verdict = may_review_application(Person.of(by.user), application)
    if not verdict.allowed:
        target = application.target
        raise submission.refuse(verdict, REVIEW, target, by=by, hidden=NOT_THEIRS)


def check_creator(*, by: Acting) -> None:
    """Raise ActionRefused unless the user may create without an application."""
    verdict = access.may_create(Person.of(by.user))
    if not verdict.allowed:
        raise submission.refuse(verdict, CREATE, None, by=by)


# -- the version that a reviewer looked at


def version_of(application: InstanceApplication) -> str:
    """Return the version that a form posts back, to detect a stale page."""
    return application.changed_at.isoformat()


def require_version(application: InstanceApplication, version: str) -> None:
    """Raise TooLate if the application has changed since that version."""
    if version != version_of(application):
        raise TooLate


def latest_events(application: InstanceApplication) -> list[Event]:
    """Return the three latest events, newest first."""
    events = application.events.select_related("user").order_by("-at", "-pk")
    return list(events[:3])


# -- deciding


def accept(
    application: InstanceApplication, decided: Mapping[str, Any], *, by: Acting
) -> Job:
    """Accept and submit it to its cluster; raises TooLate, NameTaken, NotSubmitted."""
    with _claiming(decided["hostname"], application), transaction.atomic():
        _accept(application, decided, by)
    return building.submit(application, by=by)


def create(
    application: InstanceApplication, decided: Mapping[str, Any], *, by: Acting
) -> Job:
    """File a new application and accept it; raises NameTaken, NotSubmitted."""
    with _claiming(decided["hostname"], application), transaction.atomic():
        application.save()
        transitions.add_event(application, Event.Kind.FILED, by=by.user)
        _accept(application, decided, by, action=CREATE)
    return building.submit(application, by=by)


def _accept(
    application: InstanceApplication,
    decided: Mapping[str, Any],
    by: Acting,
    action: str = ACCEPT,
) -> None:
    changes = changes_of(application, decided)
    transitions.move(
        application,
        Status.APPROVED,
        Event.Kind.ACCEPTED,
        by=by.user,
        changes=changes,
        reviewer=by.user,
        **decided,
    )
    entries.record(by, action, application.target, changes=changes)


@contextmanager
def _claiming(hostname: str, application: InstanceApplication) -> Iterator[None]:
    """Turn the IntegrityError of a claimed name into NameTaken."""
    try:
        yield
    except IntegrityError as exc:
        if not InstanceApplication.objects.speak_for(hostname, application.pk):
            raise
        raise NameTaken from exc


def refuse(
    application: InstanceApplication, reason: str, comments: str, *, by: Acting
) -> None:
    """Reject it and mail the reason to the applicant; raises TooLate."""
    applicant = application.applicant
    with transaction.atomic():
        transitions.move(
            application,
            Status.REFUSED,
            Event.Kind.REFUSED,
            by=by.user,
            detail=reason,
            refusal_reason=reason,
            admin_comments=comments,
            reviewer=by.user,
        )
        entries.record(by, REFUSE, application.target, detail=reason)
        Letter(
            "applications/emails/refused.txt",
            {"application": application, "reason": reason},
            about=application.mail_key,
        ).post(applicant.email, language=contact.language_of(applicant))


def discard(application: InstanceApplication, comments: str, *, by: Acting) -> None:
    """Close it without any mail; raises TooLate."""
    with transaction.atomic():
        transitions.move(
            application,
            Status.DISCARDED,
            Event.Kind.DISCARDED,
            by=by.user,
            admin_comments=comments,
            reviewer=by.user,
        )
        entries.record(by, DISCARD, application.target)


# -- what was changed


def changes_of(
    application: InstanceApplication, decided: Mapping[str, Any]
) -> list[Change]:
    """Return the fields that a decision changes: name, old and new value."""
    pairs = (
        (name, getattr(application, name), decided[name]) for name in REVIEWED_FIELDS
    )
    return [
        (name, _as_text(old), _as_text(new)) for name, old, new in pairs if old != new
    ]


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value not in {None, ""} else None
