"""Submit planned steps."""

import logging
from typing import cast

from django.utils import timezone

from ..domain.job import JobStatus, Step
from ..models import Job
from ..rapi.client import RapiClient
from ..rapi.errors import RapiError
from . import handlers, steps
from .submission import send_job

logger = logging.getLogger(__name__)


def submit_planned() -> None:
    """Submit the planned steps that are due, except those another watcher took."""
    due = Job.objects.planned().filter(due_at__lte=timezone.now())
    for job in due.select_related("cluster", "user"):
        unclaimed = Job.objects.planned().filter(pk=job.pk)
        if unclaimed.update(status=JobStatus.SUBMITTING, submitted_at=timezone.now()):
            job.refresh_from_db()
            _submit(job)


def _submit(job: Job) -> None:
    step = cast(Step, job.step)
    call = steps.CALLS[step["call"]]

    def submit_step(client: RapiClient, reason: str) -> int:
        return call(client, job.target_name, reason, step["arguments"])

    try:
        send_job(job, submit_step)
    except RapiError as exc:
        # Stored with the job; its consequences are handled at once.
        logger.warning("%s: %s not submitted: %s", job.cluster.slug, job, exc)
        handlers.try_to_handle(job.pk)
