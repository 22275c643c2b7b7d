"""What the audit log shows of instances: who may see it, and what came of it."""

from collections.abc import Collection, Mapping
from functools import cache

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import pgettext_lazy

from apps.accounts.person import person_of
from apps.auditlog.models import AuditEntry
from apps.auditlog.outcomes import Outcome, Reach
from apps.web.stored_text import Text

from .. import access
from ..domain.job import UNFINISHED, JobStatus
from ..models import Job
from ..reads import inventory
from . import instance_page, labels

REFUSED = pgettext_lazy("action", "Not allowed")
_FAILED = (
    JobStatus.ERROR,
    JobStatus.REFUSED,
    JobStatus.NOT_SUBMITTED,
    JobStatus.LOST,
    JobStatus.CANCELED,
)
_WORDS: dict[str, Text] = {
    JobStatus.SUCCESS: pgettext_lazy("job", "Done"),
    JobStatus.ERROR: pgettext_lazy("job", "Failed"),
    JobStatus.CANCELED: pgettext_lazy("job", "Cancelled"),
    JobStatus.REFUSED: pgettext_lazy("job", "Refused by Ganeti"),
    JobStatus.NOT_SUBMITTED: pgettext_lazy("job", "Never reached Ganeti"),
    JobStatus.LOST: pgettext_lazy("job", "Outcome unknown"),
}
_NOT_MOVED = pgettext_lazy("job", "Done, takes effect at the next start")
_DOTS = {
    JobStatus.SUCCESS: "ok",
    JobStatus.CANCELED: "slashed",
    JobStatus.LOST: "unknown",
}


class Instances:
    """What the history asks about (`apps.auditlog.outcomes.Subject`)."""

    outcomes: Mapping[str, tuple[Text, Q]] = {
        "running": (
            pgettext_lazy("job", "Running"),
            Q(job__status__in=sorted(UNFINISHED)),
        ),
        "done": (_WORDS[JobStatus.SUCCESS], Q(job__status=JobStatus.SUCCESS)),
        "failed": (pgettext_lazy("job", "Failed"), Q(job__status__in=_FAILED)),
        "refused": (REFUSED, Q(refused=True)),
    }
    related: Collection[str] = ("job",)

    def reach(self, request: HttpRequest) -> Reach:
        person = person_of(request)
        visible = cache(lambda: inventory.visible(person))  # where there is need

        def address(entry: AuditEntry) -> str:
            found = visible().find(entry.cluster, entry.instance)
            return instance_page.address(found) if found else ""

        if access.may_see_all_history(person):
            return Reach(everything=True, address=address)
        uuids = [found.uuid for found in visible().instances if found.uuid]
        return Reach(instances=uuids, address=address)

    def outcome(self, entry: AuditEntry) -> Outcome:
        if entry.refused:
            return Outcome(REFUSED, "slashed", entry.detail)
        job = job_of(entry)
        if job is None:
            return Outcome("", "")
        if job.unfinished:
            return Outcome(labels.doing(job), "busy")
        if job.only_migration_failed:
            return Outcome(_NOT_MOVED, "half", job.message)
        dot = _DOTS.get(JobStatus(job.status), "bad")
        return Outcome(_WORDS[job.status], dot, job.message)


def job_of(entry: AuditEntry) -> Job | None:
    """Return the job that an entry speaks of, if it led to one."""
    return getattr(entry, "job", None)
