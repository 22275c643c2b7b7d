"""Clusters, and the state of their refreshes."""

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import encryption
from ..rapi.transport import Endpoint, Verification


class ClusterQuerySet(models.QuerySet["Cluster"]):
    def enabled(self) -> Self:
        return self.filter(disabled=False)


class Cluster(models.Model):
    """A Ganeti cluster and the connection to its RAPI."""

    class Verify(models.TextChoices):
        FINGERPRINT = Verification.FINGERPRINT, _("pinned fingerprint")
        CA_FILE = Verification.CA_FILE, _("a CA file on this server")
        SYSTEM = Verification.SYSTEM, _("this server's certificate authorities")
        OFF = Verification.OFF, _("not at all (dangerous)")

    hostname = models.CharField(_("host name"), max_length=255)
    slug = models.SlugField(
        _("short name"), unique=True, help_text=_("Identifies the cluster in URLs.")
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
        help_text=_("Whether the RAPI user has write access, as last tested."),
    )
    verification = models.CharField(
        _("verify certificate by"),
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
        help_text=_("Disabled clusters are hidden and never contacted."),
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
                violation_error_message=_("This cluster already exists."),
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
    """Refresh lease of a cluster, and the outcome of its last refreshes.

    The lease allows one refresh at a time among all processes. Failures open the
    circuit: they delay ``next_at``.
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
    # Lease for publishing, which takes milliseconds.
    publisher = models.CharField(max_length=32, blank=True)
    publishing_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.cluster)
