"""Change the state of applications and add the events that record it."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from apps.auditlog.entries import Change
from apps.ganeti.models import Job
from apps.work.cached_count import forget

from ..models import Event, InstanceApplication
from ..states import WAITING, Status


def add_event(  # noqa: PLR0913 - what the event is to say
    application: InstanceApplication,
    kind: Event.Kind,
    *,
    by: User | None = None,
    job: Job | None = None,
    detail: str = "",
    changes: Sequence[Change] = (),
) -> Event:
    """Add an event; ``by`` is None for the watcher, on behalf of Ganeti."""
    return application.events.create(
        kind=kind,
        user=by,
        job=job,
        detail=detail,
        changes=[list(change) for change in changes],
    )


def move(  # noqa: PLR0913 - what the event and the row are to say
    application: InstanceApplication,
    to: Status,
    kind: Event.Kind,
    *,
    by: User | None = None,
    job: Job | None = None,
    detail: str = "",
    changes: Sequence[Change] = (),
    **fields: Any,
) -> None:
    """Change an application's state and add the event, atomically; raises TooLate.

    ``job`` becomes the application's job; ``fields`` are saved with the state.
    """
    if job is not None:
        fields["job"] = job
    with transaction.atomic():
        InstanceApplication.objects.advance(application, to, **fields)
        add_event(application, kind, by=by, job=job, detail=detail, changes=changes)
    if by is not None:
        forget(WAITING)
