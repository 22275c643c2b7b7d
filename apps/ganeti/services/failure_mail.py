"""Mail the requester when a reinstall, rename or destroy fails.

They may have no page open that would show it.
"""

from apps.accounts import contact
from apps.mails.letters import Letter

from ..domain.job import JobStatus
from ..jobs import handlers
from ..jobs.kinds import record_of
from ..models import Job
from ..models.action_request import FATAL

# The page that submitted a chain's first job has shown these outcomes at once.
_SHOWN_ON_PAGE = frozenset({JobStatus.NOT_SUBMITTED, JobStatus.REFUSED})


def mail_failure(job: Job) -> None:
    """Mail the requester that a job of a reinstall, rename or destroy has failed."""
    entry, user = job.audit_entry, job.user
    if entry is None or user is None or not job.failed:
        return
    if entry.action not in FATAL:
        return
    if job.status in _SHOWN_ON_PAGE and not job.step:
        return
    context = {
        "job": job,
        "entry": entry,
        "step": record_of(job).action,
        "lost": job.status == JobStatus.LOST,
    }
    letter = Letter("ganeti/emails/failed.txt", context)
    letter.post(user.email, language=contact.language_of(user))


for kind in Job.Kind:
    handlers.on_finished(kind)(mail_failure)
