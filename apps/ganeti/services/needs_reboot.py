"""Remove the needs-reboot tag after a start, a reboot or a failover.

Changed parameters take effect then, but not after a soft reboot, in which the
hypervisor keeps the parameters that it was started with.
"""

from django.conf import settings

from ..domain import tags
from ..domain.job import FINAL, JobStatus
from ..jobs import handlers, steps
from ..models import Job
from ..state import snapshots
from . import power

_CHANGED_NOTHING = FINAL - {JobStatus.SUCCESS, JobStatus.LOST}


@handlers.on_finished(Job.Kind.FAILOVER)
@handlers.on_finished(Job.Kind.REBOOT)
@handlers.on_finished(Job.Kind.STARTUP)
def clear_needs_reboot(job: Job) -> None:
    """Plan the removal of the needs-reboot tag, unless parameters changed since."""
    if job.status != JobStatus.SUCCESS or job.then:
        return
    if job.reason == power.SOFT or _is_configured_since(job):
        return
    contents = snapshots.contents_in_memory(job.cluster)
    instance = contents.instances.get(job.target_name) if contents else None
    if instance is not None and instance.tags.needs_reboot:
        tag = tags.write(settings.GANETI_TAG_PREFIX, tags.NEEDS_REBOOT)
        steps.plan(job, [steps.delete_tags(tag)])


def _is_configured_since(job: Job) -> bool:
    """Return whether parameters were changed after this job was submitted."""
    changes = Job.objects.on(job.cluster, job.target).filter(
        kind=Job.Kind.CONFIGURE, submitted_at__gte=job.submitted_at
    )
    return changes.exclude(status__in=_CHANGED_NOTHING).exists()
