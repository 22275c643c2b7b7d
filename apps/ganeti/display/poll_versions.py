"""What a page that waits for a job has shown of it, in a word.

A page sends it along when it asks again; it is told nothing while it is the same.
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
