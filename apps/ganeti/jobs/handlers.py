"""Handlers that apps register for finished jobs.

First it is decided whether a failed job gets another attempt and which step follows a
successful one. Handlers don't depend on each other. They run in one transaction with
the ``handled_at`` that marks the job, so they run exactly once, however often the end
is seen and whichever process dies in between.
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

# Pause before failed handlers run again, at first and at most; when they are given up.
FIRST_RETRY_S = 60.0
LONGEST_RETRY_S = 3600.0
GIVEN_UP_AFTER = timedelta(days=5)

_handlers: dict[Job.Kind, list[Handler]] = {}
_start_handlers: dict[Job.Kind, list[Handler]] = {}


def on_finished(kind: Job.Kind) -> Callable[[Handler], Handler]:
    """Register a function to be called once when a job of a kind has ended, in any way.

    It runs inside a transaction and must wait for nothing but the database, not even
    the cache: under gevent another thread would run meanwhile, and if that waits in the
    database for our row locks, no thread can run. Whatever must not be done twice or
    takes long belongs in ``transaction.on_commit``.
    """

    def register(handler: Handler) -> Handler:
        _handlers.setdefault(kind, []).append(handler)
        return handler

    return register


def on_started(kind: Job.Kind) -> Callable[[Handler], Handler]:
    """Register a function to be called when a job of a kind is seen running.

    It runs inside a transaction, and not at all if the end of the job is seen first.
    """

    def register(handler: Handler) -> Handler:
        _start_handlers.setdefault(kind, []).append(handler)
        return handler

    return register


def run_start_handlers(job: Job) -> None:
    """Call the handlers for a job that has started to run."""
    for handler in _start_handlers.get(Job.Kind(job.kind), ()):
        handler(job)


def handle(pk: int) -> bool:
    """Handle a job's end; return whether it had not been handled yet.

    Plans another attempt, or else the next step and calls the handlers.
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
    """Return the job, locked; None if another process holds it and so handles it.

    Waiting for a lock would stop all threads of a process under gevent.
    """
    can_skip = connection.features.has_select_for_update_skip_locked
    return Job.objects.select_for_update(skip_locked=can_skip).filter(pk=pk).first()


def try_to_handle(pk: int) -> bool:
    """Handle a job's end; record an error of a handler and return False.

    The job then stays unhandled and doesn't hold up others.
    """
    try:
        handle(pk)
    except (OperationalError, InterfaceError):
        raise
    except Exception as exc:  # noqa: BLE001 - any error of a handler is recorded
        record_failure(pk, exc)
        return False
    return True


def failure_key(pk: int) -> str:
    """Return the name under which failures of a job's handlers are recorded."""
    return f"end of job {pk}"


def record_failure(pk: int, exc: Exception) -> None:
    """Record that a handler failed; after some days the job counts as handled."""
    failure = failures.record(
        failure_key(pk),
        exc,
        first_s=FIRST_RETRY_S,
        longest_s=LONGEST_RETRY_S,
        give_up_after=GIVEN_UP_AFTER,
    )
    if failure.given_up_at:
        logger.error("Job %s: what comes of its end is given up", pk)
        Job.objects.filter(pk=pk).update(handled_at=failure.given_up_at)
