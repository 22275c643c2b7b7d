"""Tell who asked for what cannot be undone that it failed: no page may be open then."""

from apps.accounts import contact
from apps.mails.letters import Letter

from ..domain.job import JobStatus
from ..jobs import handlers
from ..jobs.kinds import record_of
from ..models import Job
from ..models.action_request import FATAL

# Of a first job, the page that asked has said these at once.
_SAID_ALREADY = frozenset({JobStatus.NOT_SUBMITTED, JobStatus.REFUSED})


def tell(job: Job) -> None:
    """Mail that a job has failed, if it was one of a reinstall, rename or destroy."""
    entry, user = job.audit_entry, job.user
    if entry is None or user is None or not job.failed:
        return
    if entry.action not in FATAL:
        return
    if job.status in _SAID_ALREADY and not job.step:
        return
    context = {
        "job": job,
        "entry": entry,
        "step": record_of(job).action,
        "lost": job.status == JobStatus.LOST,
    }
    letter = Letter("ganeti/emails/failed.txt", context)
    letter.post(user.email, language=contact.language_of(user))


for each in Job.Kind:
    handlers.on_finished(each)(tell)
