"""Cancel jobs in a cluster's queue."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.auditlog import entries
from apps.auditlog.entries import Acting
from apps.auditlog.target import Target

from ..access import Answer, Verdict
from ..domain.joberror import to_text
from ..jobs import wakeups
from ..jobs.submission import refuse
from ..models import Cluster, Job
from ..state.connections import client_for

ACTION = "cancel_job"
LABELS = {ACTION: _("Cancel job")}
NOT_YOURS = Verdict(
    Answer.FORBIDDEN, _("Only superusers can cancel other users' jobs.")
)
_CANCELLED = gettext_noop("cancelled")
_TOO_LATE = gettext_noop("too late")


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Ganeti's response; ``accepted`` only says that it tries to cancel the job."""

    accepted: bool
    message: str


def cancel(
    cluster: Cluster, job_id: int, target: Target, ours: Job | None, *, by: Acting
) -> Cancellation:
    """Ask Ganeti to cancel a job, and record its response; raises RapiError."""
    accepted, message = client_for(cluster).cancel_job(job_id)
    response = Cancellation(accepted, to_text(message))
    outcome = _CANCELLED if accepted else _TOO_LATE
    entries.record(by, ACTION, target, detail=f"{outcome}: {job_id}")
    if ours is not None:
        wakeups.wake(ours)
    return response


def refuse_cancel(target: Target, *, by: Acting) -> Exception:
    """Record a refused attempt and return the exception to raise."""
    return refuse(NOT_YOURS, ACTION, target, by=by)
