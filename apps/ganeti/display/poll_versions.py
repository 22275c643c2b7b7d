"""Versions of what a page shows of a running job.

A page sends the version along with its polls, which are answered with 204 while it is
current.
"""

import hashlib

from django.utils import translation

from apps.web import times

from ..models import Job
from ..state.snapshots import Snapshot


def version_of(job: Job, snapshot: Snapshot) -> str:
    """Name what is shown of a running job, and of the instance that it runs on."""
    with translation.override("en"):  # the reader's is not known yet
        age = times.ago(job.submitted_at)
    changed_at = job.changed_at.isoformat()
    shown = (job.key, changed_at, age, snapshot.generation, snapshot.down)
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
