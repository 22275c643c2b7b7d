"""Cancel jobs in a cluster's queue."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.auditlog import entries
from apps.auditlog.entries import Acting
from apps.auditlog.target import Target

from ..domain.joberror import to_text
from ..jobs import wakeups
from ..models import Cluster, Job
from ..rapi.errors import RapiUnreachable
from ..state.connections import client_for

ACTION = "cancel_job"
LABELS = {ACTION: _("Cancel job")}
_CANCELLED = gettext_noop("cancellation requested")
_TOO_LATE = gettext_noop("too late")


# Ganeti first waits for the process of a waiting job to end, which takes it seconds.
PATIENCE_S = 3


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Ganeti's response; ``accepted`` is None if there was none yet.

    The job's status shows the outcome: Ganeti may accept it and be too late.
    """

    accepted: bool | None
    message: str = ""


def cancel(
    cluster: Cluster, job_id: int, target: Target, ours: Job | None, *, by: Acting
) -> Cancellation:
    """Ask Ganeti to cancel a job, and record its response; raises RapiError."""
    response = _request(cluster, job_id)
    outcome = _TOO_LATE if response.accepted is False else _CANCELLED
    entries.record(by, ACTION, target, detail=f"{outcome}: {job_id}")
    if ours is not None:
        wakeups.wake(ours)
    return response


def _request(cluster: Cluster, job_id: int) -> Cancellation:
    client = client_for(cluster, patience_s=PATIENCE_S)
    try:
        accepted, message = client.cancel_job(job_id)
    except RapiUnreachable as exc:
        if exc.sent:
            return Cancellation(None)
        raise
    return Cancellation(accepted, to_text(message))
