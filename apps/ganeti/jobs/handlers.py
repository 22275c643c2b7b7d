"""Handlers: what apps do when a job is over.

Whether a job that ended badly gets another attempt, and which step follows one that
succeeded, is decided first. Handlers are called for jobs that are over, and none of
them depends on another. They run in one transaction with the mark that they ran, so
that they run once, however often an end is seen and whoever dies in between.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from apps.work import failures

from ..models import Job
from . import steps

logger = logging.getLogger(__name__)

Handler = Callable[[Job], None]

# How soon handlers that failed are tried again, at first and at last; how long.
HANDLED_AGAIN_S = 60.0
HANDLED_AGAIN_AT_LAST_S = 3600.0
GIVEN_UP_AFTER = timedelta(days=5)

_handlers: dict[Job.Kind, list[Handler]] = {}
_starters: dict[Job.Kind, list[Handler]] = {}


def on_finished(kind: Job.Kind) -> Callable[[Handler], Handler]:
    """Register a function to be called once when a job of a kind is over, anyhow.

    It runs inside a transaction and waits for nothing but the database, not even for
    the cache: where threads are gevent's, another would run meanwhile, and one that
    waits in the database for our rows lets none run. What must not be done twice or
    takes its time is left to ``transaction.on_commit``.
    """

    def register(handler: Handler) -> Handler:
        _handlers.setdefault(kind, []).append(handler)
        return handler

    return register


def on_started(kind: Job.Kind) -> Callable[[Handler], Handler]:
    """Register a function to be called when a job of a kind is seen to run.

    It runs inside a transaction, and not at all for a job whose end was seen first.
    """

    def register(handler: Handler) -> Handler:
        _starters.setdefault(kind, []).append(handler)
        return handler

    return register


def run_started(job: Job) -> None:
    """Call what is registered for a job that has begun to run."""
    for starter in _starters.get(Job.Kind(job.kind), ()):
        starter(job)


def handle(pk: int) -> bool:
    """Decide what follows a job's end; tell whether that was still to be done.

    Another attempt, or else the next step and the handlers.
    """
    with transaction.atomic():
        job = _locked(pk)
        if job is None or job.unfinished or job.handled_at:
            return False
        if steps.plan_another_attempt(job):
            return True
        steps.plan_next(job)
        for handler in _handlers.get(Job.Kind(job.kind), ()):
            handler(job)
        job.handled_at = timezone.now()
        job.save(update_fields=["handled_at"])
    return True


def _locked(pk: int) -> Job | None:
    """Return a job, locked; None while somebody else has it, who then does the rest.

    Waiting for a lock would stop all threads of a process where they are gevent's.
    """
    can_skip = connection.features.has_select_for_update_skip_locked
    return Job.objects.select_for_update(skip_locked=can_skip).filter(pk=pk).first()


def try_to_handle(pk: int) -> bool:
    """Do as `handle` does; a fault of a handler is reported: False then.

    The job stays unhandled then, and others are not held up by it.
    """
    try:
        handle(pk)
    except (OperationalError, InterfaceError):
        raise
    except Exception as exc:  # noqa: BLE001 - whatever a handler raises gets a row
        handling_failed(pk, exc)
        return False
    return True


def handling(pk: int) -> str:
    """Return what failures call what comes of a job's end."""
    return f"end of job {pk}"


def handling_failed(pk: int, exc: Exception) -> None:
    """Write down that a handler failed; after days the job counts as handled."""
    failure = failures.record(
        handling(pk),
        exc,
        first_s=HANDLED_AGAIN_S,
        longest_s=HANDLED_AGAIN_AT_LAST_S,
        give_up_after=GIVEN_UP_AFTER,
    )
    if failure.given_up_at:
        logger.error("Job %s: what comes of its end is given up", pk)
        Job.objects.filter(pk=pk).update(handled_at=failure.given_up_at)
