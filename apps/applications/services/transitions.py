"""Move applications on, and keep their story: what happened, when, by whom."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from apps.auditlog.entries import Change
from apps.ganeti.models import Job
from apps.work.cached_count import forget

from ..models import Event, InstanceApplication
from ..states import WAITING, Status


def tell(  # noqa: PLR0913 - what the event is to say
    application: InstanceApplication,
    kind: Event.Kind,
    *,
    by: User | None = None,
    job: Job | None = None,
    detail: str = "",
    changes: Sequence[Change] = (),
) -> Event:
    """Add to the story; ``by`` nobody is the watcher, on behalf of Ganeti."""
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
    """Move an application on and tell so, both or neither; raises TooLate.

    ``job`` becomes the application's, ``fields`` are written along.
    """
    if job is not None:
        fields["job"] = job
    with transaction.atomic():
        InstanceApplication.objects.advance(application, to, **fields)
        tell(application, kind, by=by, job=job, detail=detail, changes=changes)
    if by is not None:
        forget(WAITING)
