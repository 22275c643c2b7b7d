"""The page of a job in a cluster's queue."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.auditlog.models import AuditEntry
from apps.web import stored_text, times
from apps.web.stored_text import Text

from .. import access
from ..access import Verdict
from ..domain.job import FINAL, JobStatus, LogLine
from ..domain.queued_job import Opcode, QueuedJob
from ..jobs.job_reason import key_in
from ..jobs.kinds import KINDS, record_of
from ..models import Cluster, Job
from ..reads.job_lookup import KnownJob
from . import instance_page, job_labels, job_rows, labels

_WAITING = frozenset({JobStatus.QUEUED, JobStatus.WAITING})


@dataclass(frozen=True, slots=True)
class OpcodeRow:
    """An opcode with its log, as the page shows it."""

    label: str
    summary: str
    url: str  # of the instance that it is about
    dot: str
    status: str
    log: Sequence[LogLine]
    omitted: int
    result: str


@dataclass(frozen=True, slots=True)
class ChainStep:
    """Another job of the same request, or a step that is still to come."""

    label: Text
    url: str
    dot: str
    status: str


@dataclass(frozen=True)
class JobPage:
    """A job with every text and flag that its page needs."""

    known: KnownJob

    @property
    def cluster(self) -> Cluster:
        return self.known.cluster

    @property
    def id(self) -> int:
        return self.known.id

    @property
    def ours(self) -> Job | None:
        return self.known.ours

    @property
    def job(self) -> QueuedJob | None:
        return self.known.job

    @property
    def unread(self) -> bool:
        """Whether its detail hasn't been read yet."""
        return self.known.cached is None

    @property
    def gone(self) -> bool:
        """Whether the cluster doesn't know the job, or no longer does."""
        return self.known.cached is not None and self.known.detail is None

    @property
    def status(self) -> JobStatus | None:
        if self.ours and JobStatus(self.ours.status) in FINAL:
            return JobStatus(self.ours.status)
        if self.job:
            return self.job.status
        return JobStatus(self.ours.status) if self.ours else None

    @property
    def finished(self) -> bool:
        """Whether nothing on the page will change any more."""
        if self.unread or (self.ours and self.ours.unfinished):
            return False
        return self.gone or bool(self.job and self.job.finished)

    @property
    def failed(self) -> bool:
        return self.status is JobStatus.ERROR

    @property
    def title(self) -> str:
        """What it does and on what: "Reboot web1.example.org"."""
        if self.ours:
            return f"{record_of(self.ours).action} {self.ours.target_name}"
        if self.job is None:
            return _("Job %(id)d") % {"id": self.id}
        opcode = self.job.opcode
        return f"{job_labels.kind(opcode.name)} {opcode.object_name}".strip()

    @property
    def status_label(self) -> Text:
        if self.ours and self.ours.unfinished and self.status is JobStatus.RUNNING:
            return labels.doing(self.ours)
        return job_labels.STATUSES.get(self.status, job_labels.STATUSES[None])

    @property
    def dot(self) -> str:
        return job_labels.DOTS.get(self.status, "unknown")

    @property
    def failure(self) -> Text:
        """What failed, in plain words."""
        return labels.not_done(self.ours) if self.ours else _("The job failed.")

    @property
    def error(self) -> str:
        """Ganeti's message if it failed."""
        message = self.known.detail.error if self.known.detail else ""
        return stored_text.translate(
            message or (self.ours.message if self.ours else "")
        )

    @property
    def machine_links(self) -> list[tuple[str, str]]:
        return [(i.name, instance_page.address(i)) for i in self.known.instances]

    @property
    def waited(self) -> str:
        """How long it waited, or has been waiting."""
        if self.job is None or self.job.received_at is None:
            return ""
        until = self.job.started_at or self.job.ended_at or timezone.now()
        return times.duration(max(until - self.job.received_at, times.NONE))

    @property
    def ran(self) -> str:
        return job_rows.duration(self.job) if self.job else ""

    @property
    def received_at(self) -> datetime | None:
        if self.job:
            return self.job.received_at
        return self.ours.submitted_at if self.ours else None

    @cached_property
    def opcodes(self) -> list[OpcodeRow]:
        details = self.known.detail.opcodes if self.known.detail else ()
        return [
            OpcodeRow(
                label=job_labels.kind((opcode := Opcode.parse(detail.summary)).name),
                summary=detail.summary,
                url=self._url_of(opcode),
                dot=job_labels.DOTS.get(detail.status, "unknown"),
                status=str(job_labels.STATUSES.get(detail.status, "")),
                log=detail.log,
                omitted=detail.log_omitted,
                result=detail.result,
            )
            for detail in details
        ]

    def _url_of(self, opcode: Opcode) -> str:
        instance = self.known.jobs.instance_of(self.cluster.slug, opcode)
        return instance_page.address(instance) if instance else ""

    @property
    def reasons(self) -> list[str]:
        """The reason trail, for staff; without the keys by which we find our jobs."""
        if self.known.detail is None or not access.may_see_all_jobs(
            self.known.jobs.person
        ):
            return []
        return [text for text in self.known.detail.reasons if not key_in(text)]

    @property
    def entry(self) -> AuditEntry | None:
        """The audit entry of the request, if it was submitted here."""
        return self.ours.audit_entry if self.ours else None

    @property
    def submitter(self) -> str:
        if self.ours is None or self.ours.user is None:
            return ""
        return self.ours.user.get_username()

    @property
    def cancel_verdict(self) -> Verdict:
        """Whether the person may cancel it now."""
        job, person = self.job, self.known.jobs.person
        waits = job is not None and job.status in _WAITING
        verdict = access.may_cancel_job(person, self.submitter, waits=waits)
        is_over = job is None or job.finished
        return access.TOO_LATE if verdict.allowed and is_over else verdict

    @cached_property
    def chain(self) -> list[ChainStep]:
        """The other jobs of the request, and what follows if they succeed."""
        if self.ours is None or self.ours.audit_entry is None:
            return []
        return list(self._steps(self.ours))

    def _steps(self, ours: Job) -> Iterator[ChainStep]:
        chain = list(Job.objects.filter(audit_entry=ours.audit_entry).order_by("pk"))
        for job in chain:
            if job.pk != ours.pk:
                status = JobStatus(job.status)
                yield ChainStep(
                    label=record_of(job).action,
                    url=_job_address(self.cluster, job),
                    dot=job_labels.DOTS.get(status, "off"),
                    status=str(job.get_status_display()),
                )
        for step in chain[-1].then if chain and not chain[-1].failed else ():
            label = KINDS[Job.Kind(step["kind"])].action
            yield ChainStep(label, "", "off", _("follows if this succeeds"))

    @property
    def version(self) -> str:
        """Name what is shown, for polls."""
        ours = self.ours and (self.ours.status, self.ours.changed_at)
        waited = "" if self.finished else f"{self.waited}{self.ran}"
        shown = (self.known.queued, self.known.detail, ours, waited)
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def _job_address(cluster: Cluster, job: Job) -> str:
    return job_rows.address(cluster.slug, job.ganeti_id) if job.ganeti_id else ""
