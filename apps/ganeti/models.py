"""Rows: clusters, their networks, and the jobs that we asked them for."""

import hashlib
import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.auditlog.models import AuditEntry

from . import action_requests, encryption
from .domain.job import FINAL, UNFINISHED, WITHOUT_ID, JobStatus
from .rapi.transport import Endpoint, Verification

# In a room below, since this one is full.
ActionRequest = action_requests.ActionRequest
RequestedAction = action_requests.RequestedAction


class ClusterQuerySet(models.QuerySet["Cluster"]):
    def enabled(self) -> Self:
        return self.filter(disabled=False)


class Cluster(models.Model):
    """A Ganeti cluster and how we reach its RAPI."""

    class Verify(models.TextChoices):
        FINGERPRINT = Verification.FINGERPRINT, _("its fingerprint, pinned below")
        CA_FILE = Verification.CA_FILE, _("a CA file on this server")
        SYSTEM = Verification.SYSTEM, _("this server's certificate authorities")
        OFF = Verification.OFF, _("not at all (dangerous)")

    hostname = models.CharField(_("host name"), max_length=255)
    slug = models.SlugField(
        _("short name"), unique=True, help_text=_("Names the cluster in addresses.")
    )
    port = models.PositiveIntegerField(
        _("port"),
        default=5080,
        validators=[MinValueValidator(1), MaxValueValidator(65535)],
    )
    description = models.CharField(_("description"), max_length=255, blank=True)
    username = models.CharField(_("RAPI user"), max_length=64, blank=True)
    password_encrypted = models.TextField(_("RAPI password"), blank=True)
    can_write = models.BooleanField(
        _("may write"),
        null=True,
        editable=False,
        help_text=_("Whether the RAPI user may change things, as last tested."),
    )
    verification = models.CharField(
        _("check its certificate by"),
        max_length=16,
        choices=Verify,
        default=Verify.FINGERPRINT,
    )
    ca_file = models.CharField(_("CA file"), max_length=255, blank=True)
    fingerprint = models.CharField(_("SHA-256 fingerprint"), max_length=95, blank=True)
    fast_create = models.BooleanField(
        _("fast instance creation"),
        default=False,
        help_text=_("Superusers may create instances here without an application."),
    )
    use_gnt_network = models.BooleanField(_("uses gnt-network"), default=True)
    disable_instance_creation = models.BooleanField(
        _("disable instance creation"), default=False
    )
    disabled = models.BooleanField(
        _("disabled"),
        default=False,
        help_text=_("Nothing is asked of a disabled cluster, and nobody sees it."),
    )

    objects = ClusterQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        constraints = [
            models.UniqueConstraint(
                fields=["hostname", "port"],
                name="one_cluster_per_address",
                violation_error_message=_("This cluster is here already."),
            )
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def password(self) -> str:
        """The RAPI password in clear; raises UndecryptableError."""
        stored = self.password_encrypted
        return encryption.decrypt(stored) if stored else ""

    @password.setter
    def password(self, text: str) -> None:
        self.password_encrypted = encryption.encrypt(text) if text else ""

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(
            host=self.hostname,
            port=self.port,
            username=self.username,
            password=self.password,
            verification=Verification(self.verification),
            ca_file=self.ca_file,
            fingerprint=self.fingerprint.replace(":", "").lower(),
        )


class ClusterRefresh(models.Model):
    """Whose turn it is to ask a cluster, and how asking has gone lately.

    The lease makes one refresh at a time of all processes' wishes; failures open the
    circuit: ``next_at`` then moves away from now.
    """

    cluster = models.OneToOneField(
        Cluster, models.CASCADE, related_name="refresh_state"
    )
    holder = models.CharField(max_length=64, blank=True)
    leased_until = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    # Whose turn it is to publish, which is a matter of milliseconds.
    publisher = models.CharField(max_length=32, blank=True)
    publishing_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.cluster)


class Network(models.Model):
    """A network of a cluster, for what gnt-network does not know."""

    class Mode(models.TextChoices):
        BRIDGED = "bridged", _("bridged")
        ROUTED = "routed", _("routed")

    description = models.CharField(_("description"), max_length=255)
    cluster = models.ForeignKey(
        Cluster, models.CASCADE, verbose_name=_("cluster"), related_name="networks"
    )
    link = models.CharField(_("link"), max_length=255)
    mode = models.CharField(_("mode"), max_length=16, choices=Mode)
    cluster_default = models.BooleanField(_("the cluster's default"), default=False)
    ipv6_prefix = models.CharField(
        _("IPv6 prefix"),
        max_length=43,
        blank=True,
        help_text=_(
            "Instances derive their IPv6 address from it, for example 2001:db8::/64."
        ),
    )
    groups = models.ManyToManyField(
        Group,
        blank=True,
        verbose_name=_("groups"),
        help_text=_("Members of these groups may ask for this network."),
    )

    class Meta:
        ordering = ["cluster", "description"]
        verbose_name = _("network")
        verbose_name_plural = _("networks")

    def __str__(self) -> str:
        return f"{self.description} ({self.cluster})"


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> Self:
        # What is handled is finished: the index on handled_at finds the few.
        return self.filter(handled_at=None, status__in=UNFINISHED)

    def finished(self) -> Self:
        return self.filter(status__in=FINAL)

    def without_id(self) -> Self:
        return self.filter(status__in=WITHOUT_ID)

    def submitted(self) -> Self:
        """Return what is on its way or running: unfinished and not only planned."""
        return self.unfinished().exclude(status=JobStatus.PLANNED)

    def planned(self) -> Self:
        return self.filter(handled_at=None, status=JobStatus.PLANNED)

    def unhandled(self) -> Self:
        """Jobs that ended, but whose handlers have not run to their end."""
        return self.filter(handled_at=None, status__in=FINAL)

    def without_follower(self, now: datetime) -> Self:
        return self.filter(Q(leased_until=None) | Q(leased_until__lt=now))

    def for_instance(self, cluster: Cluster, name: str) -> Self:
        return self.filter(cluster=cluster, instance=name)


class Job(models.Model):
    """Something that we asked a cluster to do; the truth about it.

    Written before Ganeti is asked. ``key`` travels in the call's reason, so that a
    job whose id was lost on the way is found again. ``busy_key`` stands for the
    instance while the job is unfinished and is unique: one job of ours per instance.

    ``then`` are the steps that follow when it succeeds (`services.steps`): the next
    one becomes a planned job with its ``step``, which the watcher submits.
    """

    class Kind(models.TextChoices):
        STARTUP = "startup", pgettext_lazy("job", "start")
        SHUTDOWN = "shutdown", pgettext_lazy("job", "shut down")
        REBOOT = "reboot", pgettext_lazy("job", "reboot")
        CREATE = "create", pgettext_lazy("job", "build")
        TRY_CREATE = "try_create", pgettext_lazy("job", "trial")
        REINSTALL = "reinstall", pgettext_lazy("job", "reinstall")
        RENAME = "rename", pgettext_lazy("job", "rename")
        DESTROY = "destroy", pgettext_lazy("job", "destroy")
        CONFIGURE = "configure", pgettext_lazy("job", "configure")
        OWNERS = "owners", pgettext_lazy("job", "change of owners")
        LOCK = "lock", pgettext_lazy("job", "lock")
        UNLOCK = "unlock", pgettext_lazy("job", "unlock")
        ISOLATE = "isolate", pgettext_lazy("job", "isolate")
        REJOIN = "rejoin", pgettext_lazy("job", "end of isolation")
        WHITELIST = "whitelist", pgettext_lazy("job", "change of whitelist")
        TAG = "tag", pgettext_lazy("job", "change of tags")
        MIGRATE = "migrate", pgettext_lazy("job", "migrate")

    class Status(models.TextChoices):
        PLANNED = JobStatus.PLANNED, _("planned")
        SUBMITTING = JobStatus.SUBMITTING, _("being submitted")
        IN_DOUBT = JobStatus.IN_DOUBT, _("not known whether it arrived")
        QUEUED = JobStatus.QUEUED, _("queued")
        WAITING = JobStatus.WAITING, _("waiting")
        RUNNING = JobStatus.RUNNING, _("running")
        CANCELING = JobStatus.CANCELING, _("being canceled")
        SUCCESS = JobStatus.SUCCESS, _("done")
        ERROR = JobStatus.ERROR, _("failed")
        CANCELED = JobStatus.CANCELED, _("canceled")
        REFUSED = JobStatus.REFUSED, _("refused by Ganeti")
        NOT_SUBMITTED = JobStatus.NOT_SUBMITTED, _("never reached Ganeti")
        LOST = JobStatus.LOST, _("outcome unknown")

    key = models.CharField(max_length=32, unique=True, editable=False)
    cluster = models.ForeignKey(
        Cluster, models.CASCADE, verbose_name=_("cluster"), related_name="jobs"
    )
    ganeti_id = models.PositiveBigIntegerField(_("Ganeti's job id"), null=True)
    kind = models.CharField(_("kind"), max_length=32, choices=Kind)
    instance = models.CharField(_("instance"), max_length=255)
    instance_uuid = models.CharField(max_length=36, blank=True)
    # Of a job that renames.
    new_name = models.CharField(max_length=255, blank=True)
    reason = models.CharField(_("reason"), max_length=255)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        verbose_name=_("user"),
        related_name="jobs",
    )
    audit_entry = models.OneToOneField(
        AuditEntry, models.SET_NULL, null=True, related_name="job"
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.SUBMITTING
    )
    # Null, not empty, when finished: a unique column may hold many nulls.
    busy_key = models.CharField(max_length=255, unique=True, null=True)  # noqa: DJ001
    submitted_at = models.DateTimeField(_("submitted"), default=timezone.now)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)
    handled_at = models.DateTimeField(null=True)
    message = models.TextField(_("Ganeti's message"), blank=True)
    log = models.JSONField(default=list)
    step = models.JSONField(null=True)
    then = models.JSONField(default=list)
    # Of a planned job: when it may be tried (again).
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
            models.Index(fields=["cluster", "instance", "-submitted_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.instance}"

    @staticmethod
    def new_key() -> str:
        return uuid.uuid4().hex

    @staticmethod
    def busy_key_of(cluster: Cluster, instance: str) -> str:
        """Return a key as long for every name; names of hosts have no case."""
        text = f"{cluster.pk}/{instance.casefold()}"
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def unfinished(self) -> bool:
        return JobStatus(self.status) in UNFINISHED

    @property
    def failed(self) -> bool:
        return not self.unfinished and self.status != JobStatus.SUCCESS

    @property
    def only_not_moved(self) -> bool:
        """Whether what was wanted is done, and only the move after it failed."""
        return self.failed and self.step is not None and self.kind == self.Kind.MIGRATE


class WatcherBeat(models.Model):
    """A sign of life that each watcher renews while it runs."""

    name = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField(db_index=True)

    ALIVE = timedelta(seconds=15)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def newest(cls) -> datetime | None:
        """Return when any watcher was last heard of."""
        newest = cls.objects.order_by("-beat_at").first()
        return newest.beat_at if newest else None


class ImageSource(models.Model):
    """What a source of images gave last, and whose turn it is to ask it.

    ``key`` stands for all settings that shape what is read there. ``images`` are the
    last good answer and stay when the source breaks.
    """

    key = models.CharField(max_length=64, unique=True)
    url = models.TextField()
    images = models.JSONField(default=list)
    # What is wrong with single files there: pairs of a name and the reason.
    problems = models.JSONField(default=list)
    fetched_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(default=timezone.now)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    holder = models.CharField(max_length=64, blank=True)
    leased_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.url


class Permissions(models.Model):
    """Rights on instances, which are no rows of ours."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [
            ("view_instances", _("can view all instances")),
            ("can_lock", _("can lock instances")),
            ("can_isolate", _("can isolate instances")),
            ("view_all_graphs", _("can view the graphs of all instances")),
        ]

    def __str__(self) -> str:
        return "permissions"
