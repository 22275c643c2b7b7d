"""What the audit log shows of instances: who may see it, and what came of it."""

from collections.abc import Collection, Mapping, Set

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import pgettext_lazy

from apps.accounts.person import Person
from apps.auditlog.models import AuditEntry
from apps.auditlog.outcomes import Outcome, Reach
from apps.web.stored_text import Text

from .. import access
from ..domain.job import FINAL, UNFINISHED, JobStatus
from ..models import Job
from ..models.job import chain_outcome
from ..reads import inventory
from . import instance_page, labels

REFUSED = pgettext_lazy("action", "Not allowed")
_DONE = frozenset({JobStatus.SUCCESS})
_FAILED = FINAL - _DONE
_OTHERS = _FAILED | UNFINISHED
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


def _some(statuses: Set[str], *, none: Set[str] = frozenset()) -> Q:
    """Return which entries have jobs in these states, and ``none`` in those."""
    jobs = Job.objects.filter(audit_entry=OuterRef("pk"))
    wanted = Q(Exists(jobs.filter(status__in=sorted(statuses))))
    if not none:
        return wanted
    return wanted & Q(~Exists(jobs.filter(status__in=sorted(none))))


class Instances:
    """What the history asks about (`apps.auditlog.outcomes.Subject`)."""

    outcomes: Mapping[str, tuple[Text, Q]] = {
        "running": (pgettext_lazy("job", "Running"), _some(UNFINISHED, none=_FAILED)),
        "done": (_WORDS[JobStatus.SUCCESS], _some(_DONE, none=_OTHERS)),
        "failed": (pgettext_lazy("job", "Failed"), _some(_FAILED)),
        "refused": (REFUSED, Q(refused=True)),
    }
    related: Collection[str] = ("jobs",)

    def reach(self, user: User) -> Reach:
        visible = inventory.visible(Person.of(user))

        def address(entry: AuditEntry) -> str:
            found = visible.find(entry.cluster, entry.instance)
            return instance_page.address(found) if found else ""

        if access.may_see_all_history(visible.person):
            return Reach(everything=True, address=address)
        uuids = [found.uuid for found in visible.instances if found.uuid]
        return Reach(instances=uuids, address=address)

    def outcome(self, entry: AuditEntry) -> Outcome:
        if entry.refused:
            return Outcome(REFUSED, "slashed", entry.detail)
        job = chain_outcome(entry.jobs.all())
        if job is None:
            return Outcome("", "")
        if job.unfinished:
            return Outcome(labels.doing(job), "busy")
        if job.only_migration_failed:
            return Outcome(_NOT_MOVED, "half", job.message)
        dot = _DOTS.get(JobStatus(job.status), "bad")
        return Outcome(_WORDS[job.status], dot, job.message)
