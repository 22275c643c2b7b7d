"""Jobs that we submit to clusters."""

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.auditlog.models import AuditEntry
from apps.auditlog.target import Target, TargetKind

from ..domain.job import FINAL, UNFINISHED, WITHOUT_ID, JobStatus
from .cluster import Cluster


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> Self:
        # Handled jobs are finished; the condition lets the index on handled_at be used.
        return self.filter(handled_at=None, status__in=UNFINISHED)

    def finished(self) -> Self:
        return self.filter(status__in=FINAL)

    def without_id(self) -> Self:
        return self.filter(status__in=WITHOUT_ID)

    def submitted(self) -> Self:
        """Return the unfinished jobs that are not only planned."""
        return self.unfinished().exclude(status=JobStatus.PLANNED)

    def planned(self) -> Self:
        return self.filter(handled_at=None, status=JobStatus.PLANNED)

    def unhandled(self) -> Self:
        """Return the ended jobs whose handlers have not completed."""
        return self.filter(handled_at=None, status__in=FINAL)

    def without_follower(self, now: datetime) -> Self:
        return self.filter(Q(leased_until=None) | Q(leased_until__lt=now))

    def named(self, cluster: Cluster | Value, kind: TargetKind, name: str) -> Self:
        """Return the jobs on any target that has or had this name."""
        return self.filter(cluster=cluster, target_kind=kind, target_name=name)

    def on(self, cluster: Cluster | Value, target: Target) -> Self:
        """Return the jobs on a target, and those of its name before it had an id."""
        named = self.named(cluster, target.kind, target.name)
        return named.filter(target_id__in=("", target.id)) if target.id else named


class Job(models.Model):
    """A job that we submit to a cluster; the authoritative record of it.

    The row is created before the RAPI call. ``key`` is sent in the call's reason, so
    that a job whose id was lost is found again. ``busy_key`` identifies the target
    while the job is unfinished and is unique: one job of ours per target.

    ``then`` are the steps that follow its success (`jobs.steps`): the next one becomes
    a planned job with its ``step``, which the watcher submits. Together they form a
    chain with the ``audit_entry`` of the request.
    """

    class Kind(StrEnum):
        """What a job does; `jobs.kinds` describes each."""

        STARTUP = "startup"
        SHUTDOWN = "shutdown"
        REBOOT = "reboot"
        CREATE = "create"
        TRY_CREATE = "try_create"
        REINSTALL = "reinstall"
        RENAME = "rename"
        DESTROY = "destroy"
        CONFIGURE = "configure"
        OWNERS = "owners"
        LOCK = "lock"
        UNLOCK = "unlock"
        ISOLATE = "isolate"
        REJOIN = "rejoin"
        WHITELIST = "whitelist"
        TAG = "tag"
        MIGRATE = "migrate"
        FAILOVER = "failover"
        GROUP_LOCK = "group_lock"
        GROUP_UNLOCK = "group_unlock"

    class Status(models.TextChoices):
        PLANNED = JobStatus.PLANNED, _("planned")
        SUBMITTING = JobStatus.SUBMITTING, _("being submitted")
        IN_DOUBT = JobStatus.IN_DOUBT, _("submission unconfirmed")
        QUEUED = JobStatus.QUEUED, _("queued")
        WAITING = JobStatus.WAITING, _("waiting")
        RUNNING = JobStatus.RUNNING, _("running")
        CANCELING = JobStatus.CANCELING, _("being cancelled")
        SUCCESS = JobStatus.SUCCESS, _("done")
        ERROR = JobStatus.ERROR, _("failed")
        CANCELED = JobStatus.CANCELED, _("cancelled")
        REFUSED = JobStatus.REFUSED, _("rejected by Ganeti")
        NOT_SUBMITTED = JobStatus.NOT_SUBMITTED, _("never reached Ganeti")
        LOST = JobStatus.LOST, _("outcome unknown")

    key = models.CharField(max_length=32, unique=True, editable=False)
    cluster = models.ForeignKey(
        Cluster, models.CASCADE, verbose_name=_("cluster"), related_name="jobs"
    )
    ganeti_id = models.PositiveBigIntegerField(_("Ganeti job ID"), null=True)
    kind = models.CharField(_("kind"), max_length=32)
    # The fields of `Target`.
    target_kind = models.CharField(
        _("target type"),
        max_length=16,
        choices=TargetKind,
        default=TargetKind.INSTANCE,
    )
    target_name = models.CharField(_("target"), max_length=255)
    target_id = models.CharField(_("target ID"), max_length=36, blank=True)
    # For a rename.
    new_name = models.CharField(max_length=255, blank=True)
    reason = models.CharField(_("reason"), max_length=255)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        verbose_name=_("user"),
        related_name="jobs",
    )
    # Of the request; shared by all jobs of the chain.
    audit_entry = models.ForeignKey(
        AuditEntry, models.SET_NULL, null=True, related_name="jobs"
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.SUBMITTING
    )
    # Null and not empty when finished, since a unique column may hold many nulls.
    busy_key = models.CharField(max_length=255, unique=True, null=True)  # noqa: DJ001
    created_at = models.DateTimeField(default=timezone.now)
    # Of the last attempt.
    submitted_at = models.DateTimeField(_("submitted"), default=timezone.now)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)
    handled_at = models.DateTimeField(null=True)
    message = models.TextField(_("Ganeti's message"), blank=True)
    log = models.JSONField(default=list)
    step = models.JSONField(null=True)
    then = models.JSONField(default=list)
    # For a planned job: when it may be submitted (again).
    due_at = models.DateTimeField(default=timezone.now)
    follower = models.CharField(max_length=64, blank=True)
    leased_until = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-submitted_at", "-pk"]
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(fields=["handled_at"]),
            models.Index(
                fields=["cluster", "target_kind", "target_name", "-submitted_at"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_name}"

    @classmethod
    def new(cls, cluster: Cluster, target: Target, **fields: Any) -> Self:
        """Return an unsaved job on a target, with a new key."""
        return cls(
            key=cls.new_key(),
            cluster=cluster,
            target_kind=target.kind,
            target_name=target.name,
            target_id=target.id,
            **fields,
        )

    @staticmethod
    def new_key() -> str:
        return uuid.uuid4().hex

    @staticmethod
    def busy_key_of(
        cluster: Cluster, name: str, kind: TargetKind = TargetKind.INSTANCE
    ) -> str:
        """Return a hash, so of fixed length; host names are case-insensitive."""
        text = f"{cluster.pk}/{kind.value}/{name.casefold()}"
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def unfinished(self) -> bool:
        return JobStatus(self.status) in UNFINISHED

    @property
    def failed(self) -> bool:
        return not self.unfinished and self.status != JobStatus.SUCCESS

    @property
    def requested_at(self) -> datetime:
        """When its chain began."""
        return self.audit_entry.created_at if self.audit_entry else self.created_at

    @property
    def key_while_busy(self) -> str:
        kind = TargetKind(self.target_kind)
        return self.busy_key_of(self.cluster, self.target_name, kind)

    @property
    def target(self) -> Target:
        kind = TargetKind(self.target_kind)
        return Target(kind, self.target_name, self.cluster.slug, self.target_id)

    @property
    def target_at_end(self) -> Target:
        """The target by its name after the job."""
        renamed = self.kind == self.Kind.RENAME and self.status == JobStatus.SUCCESS
        return replace(self.target, name=self.new_name) if renamed else self.target

    @property
    def only_migration_failed(self) -> bool:
        """Whether the change itself succeeded, but the migration after it failed."""
        return self.failed and self.step is not None and self.kind == self.Kind.MIGRATE


def chain_outcome(jobs: Iterable[Job]) -> Job | None:
    """Return the job that determines a chain's outcome: a failed one, else the last."""
    by_age = sorted(jobs, key=lambda job: job.pk)
    return next((job for job in by_age if job.failed), by_age[-1] if by_age else None)
