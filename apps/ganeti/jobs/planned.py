"""Submit the steps that are planned."""

import logging
from typing import cast

from django.utils import timezone

from ..domain.job import JobStatus, Step
from ..models import Job
from ..rapi.client import RapiClient
from ..rapi.errors import RapiError
from . import handlers, steps
from .submission import send

logger = logging.getLogger(__name__)


def submit_planned() -> None:
    """Submit the steps that are due; what another watcher took is left to it."""
    due = Job.objects.planned().filter(due_at__lte=timezone.now())
    for job in due.select_related("cluster", "user"):
        mine = Job.objects.planned().filter(pk=job.pk)
        if mine.update(status=JobStatus.SUBMITTING, submitted_at=timezone.now()):
            job.refresh_from_db()
            _submit(job)


def _submit(job: Job) -> None:
    step = cast(Step, job.step)
    call = steps.CALLS[step["call"]]

    def ask(client: RapiClient, reason: str) -> int:
        return call(client, job.target_name, reason, step["arguments"])

    try:
        send(job, ask)
    except RapiError as exc:
        # Written down with the job; what follows from that is decided at once.
        logger.warning("%s: %s not submitted: %s", job.cluster.slug, job, exc)
        handlers.try_to_handle(job.pk)
