"""Labels of the jobs of a cluster's queue."""

from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.web.stored_text import Text

from ..domain.job import JobStatus
from ..jobs.kinds import KINDS
from ..models import Job

# Opcodes of kinds of jobs that can be submitted here have their labels; the others
# have Ganeti's names.
_KINDS: dict[str, Text] = {
    **{record.opcode: record.action for record in KINDS.values() if record.opcode},
    "INSTANCE_RENAME": KINDS[Job.Kind.RENAME].action,
    "TAGS_SET": gettext_lazy("Add tags"),
    "TAGS_DEL": gettext_lazy("Remove tags"),
}

STATUSES: dict[JobStatus | None, Text] = {
    None: pgettext_lazy("job", "Unknown"),
    JobStatus.QUEUED: pgettext_lazy("job", "Queued"),
    JobStatus.WAITING: pgettext_lazy("job", "Waiting"),
    JobStatus.RUNNING: pgettext_lazy("job", "Running"),
    JobStatus.CANCELING: pgettext_lazy("job", "Being cancelled"),
    JobStatus.SUCCESS: pgettext_lazy("job", "Done"),
    JobStatus.ERROR: pgettext_lazy("job", "Failed"),
    JobStatus.CANCELED: pgettext_lazy("job", "Cancelled"),
    JobStatus.LOST: pgettext_lazy("job", "Outcome unknown"),
}
DOTS: dict[JobStatus | None, str] = {
    None: "unknown",
    JobStatus.QUEUED: "off",
    JobStatus.WAITING: "off",
    JobStatus.RUNNING: "busy",
    JobStatus.CANCELING: "busy",
    JobStatus.SUCCESS: "ok",
    JobStatus.ERROR: "bad",
    JobStatus.CANCELED: "slashed",
    JobStatus.LOST: "unknown",
}


def dot_of(job: Job) -> str:
    """Return the mark of a job of ours, which may have statuses that Ganeti lacks."""
    return DOTS.get(JobStatus(job.status), "bad" if job.failed else "off")


def kind(opcode: str) -> str:
    """Return the label of an opcode: "Reboot", or "Cluster verify config"."""
    label = _KINDS.get(opcode)
    return str(label) if label else opcode.replace("_", " ").capitalize()
