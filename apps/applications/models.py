"""Applications for instances, and their events."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organization
from apps.auditlog.target import Target, TargetKind
from apps.ganeti.models import Cluster, Job, Network

from .states import FINAL, FOLLOWS, OPEN, Status, TooLate


def new_cookie() -> str:
    return secrets.token_urlsafe(24)


def _claimed_name(status: str, hostname: str) -> str | None:
    """Return the host name if an application in this state claims it, else None."""
    return hostname if status in OPEN else None


class ApplicationQuerySet(models.QuerySet["InstanceApplication"]):
    def open(self) -> "ApplicationQuerySet":
        """Return those that claim their host name."""
        return self.filter(status__in=OPEN)

    def at_limit(self, applicant: User) -> bool:
        """Tell whether the applicant has the maximum number of open ones."""
        count = self.open().filter(applicant=applicant).count()
        return count >= settings.MAX_OPEN_APPLICATIONS

    def speak_for(self, hostname: str, apart_from: int | None = None) -> bool:
        """Tell whether an open application claims a name (`ganeti.reads.hostnames`)."""
        return (
            self.open().filter(hostname=hostname).exclude(pk=apart_from or 0).exists()
        )

    def pending(self) -> "ApplicationQuerySet":
        return self.filter(status=Status.PENDING)

    def advance(
        self, application: "InstanceApplication", to: Status, **changes: Any
    ) -> None:
        """Change an application's state, and other fields with it; raises TooLate.

        One UPDATE decides, from the states that ``to`` may follow. A final state
        gives the host name free; another host name that is claimed already raises
        IntegrityError.
        """
        predecessors = [
            status for status, successors in FOLLOWS.items() if to in successors
        ]
        if application.status not in predecessors:
            raise TooLate
        if to in FINAL or "hostname" in changes:
            changes["name_claim"] = _claimed_name(to, changes.get("hostname", ""))
        updated = self.filter(pk=application.pk, status=application.status).update(
            status=to, changed_at=timezone.now(), **changes
        )
        if not updated:
            raise TooLate
        application.refresh_from_db()


class InstanceApplication(models.Model):
    """Application for a machine: the request, the review and the outcome.

    A reviewer may change every figure of the request and adds the second part. Sizes
    are MiB for memory and GiB for the disk.
    """

    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name=_("applicant"),
        related_name="applications",
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.PENDING
    )
    filed_at = models.DateTimeField(_("filed"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    # -- request
    hostname = models.CharField(_("host name"), max_length=255)
    memory_mib = models.PositiveIntegerField(_("memory, MiB"))
    vcpus = models.PositiveIntegerField(_("virtual CPUs"))
    disk_gib = models.PositiveIntegerField(_("disk, GiB"))
    # An id of `apps.ganeti.images`; empty: no operating system.
    operating_system = models.CharField(
        _("operating system"), max_length=255, blank=True
    )
    hosts_mail_server = models.BooleanField(_("hosts a mail server"), default=False)
    organization = models.ForeignKey(
        Organization,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("organization"),
        related_name="applications",
    )
    contact_name = models.CharField(_("contact's name"), max_length=255, blank=True)
    contact_email = models.EmailField(_("contact's email"), blank=True)
    contact_phone = models.CharField(_("contact's phone"), max_length=64, blank=True)
    # A network of ours that the applicant's groups are offered.
    network = models.ForeignKey(
        Network,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("network"),
        related_name="applications",
    )
    comments = models.TextField(_("comments"), blank=True)

    # -- review
    cluster = models.ForeignKey(
        Cluster,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("cluster"),
        related_name="applications",
    )
    node_group = models.CharField(_("node group"), max_length=255, blank=True)
    # A gnt-network by its name, or "mode:link" of a bridge or route; empty: none.
    # A network's name, or the mode and link of one.
    nic_network = models.CharField(_("network"), max_length=300, blank=True)
    disk_template = models.CharField(_("disk template"), max_length=32, blank=True)
    # Of the template "ext": its provider.
    storage_provider = models.CharField(
        _("storage provider"), max_length=255, blank=True
    )
    volume_group = models.CharField(_("volume group"), max_length=255, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("reviewer"),
        related_name="applications_reviewed",
    )
    admin_comments = models.TextField(_("staff comments"), blank=True)
    # Mailed to the applicant.
    refusal_reason = models.TextField(_("reason for rejection"), blank=True)

    # -- outcome
    # The newest of its jobs; those of earlier attempts are in its events.
    job = models.ForeignKey(
        Job,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("job"),
        related_name="applications",
    )
    message = models.TextField(_("Ganeti's message"), blank=True)
    # The host name while the application is open, so that no two can ask for it; null,
    # not empty, afterwards: a unique column may hold many nulls.
    name_claim = models.CharField(  # noqa: DJ001
        max_length=255, unique=True, null=True, editable=False
    )
    # Lets a node fetch the applicant's keys without logging in.
    cookie = models.CharField(max_length=64, default=new_cookie, editable=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-filed_at", "-pk"]
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        permissions = [("view_applications", _("can view all applications"))]
        indexes = [
            models.Index(fields=["status", "-filed_at"]),
            models.Index(fields=["hostname"]),
        ]

    def __str__(self) -> str:
        return self.hostname

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the claim in step with what is saved."""
        only = kwargs.get("update_fields")
        if only is None or not {"hostname", "status"}.isdisjoint(only):
            self.name_claim = _claimed_name(self.status, self.hostname)
            kwargs["update_fields"] = only and {*only, "name_claim"}
        super().save(*args, **kwargs)

    @property
    def target(self) -> Target:
        """Target of its audit entries, named after the machine."""
        slug = self.cluster.slug if self.cluster else ""
        key = str(self.pk or "")
        return Target(TargetKind.APPLICATION, self.hostname, slug, key)

    @property
    def mail_key(self) -> str:
        """Key of its mails (`apps.mails.models.Mail.about`)."""
        return f"application:{self.pk}"


class Event(models.Model):
    """Something that happened to an application."""

    class Kind(models.TextChoices):
        FILED = "filed", _("filed")
        CHANGED = "changed", _("changed")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        DISCARDED = "discarded", _("discarded")
        WITHDRAWN = "withdrawn", _("withdrawn")
        SUBMITTED = "submitted", _("submitted to the cluster")
        NOT_SUBMITTED = "not_submitted", _("rejected by the cluster")
        CREATED = "created", _("created")
        FAILED = "failed", _("failed")

    application = models.ForeignKey(
        InstanceApplication, models.CASCADE, related_name="events"
    )
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=16, choices=Kind)
    # None: the watcher, on behalf of Ganeti.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    detail = models.TextField(blank=True)
    # What a reviewer changed: [field, from, to] of each.
    changes = models.JSONField(default=list)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.application}: {self.kind}"
