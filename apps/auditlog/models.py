"""The audit log: entries are added, never changed."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def unreported(self) -> Self:
        """Return refusals of which MANAGERS were not told, or not how many."""
        return self.filter(refused=True, reported_at=None)


class AuditEntry(models.Model):
    """One thing that somebody did or tried to do.

    Names are kept as text: the entry outlives the user, the cluster and the instance.
    """

    created_at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        verbose_name=_("user"),
        related_name="audit_entries",
    )
    username = models.CharField(_("user name"), max_length=150)
    address = models.GenericIPAddressField(_("address"), null=True)
    action = models.CharField(_("action"), max_length=64)
    cluster = models.CharField(_("cluster"), max_length=50, blank=True)
    instance = models.CharField(_("instance"), max_length=255, blank=True)
    # Tells the instance from another that had its name before or has it now.
    instance_uuid = models.CharField(max_length=36, blank=True)
    refused = models.BooleanField(_("refused"), default=False)
    # The user may not know of what it names: for staff only, and on no page of it.
    hidden = models.BooleanField(_("for staff only"), default=False)
    # Attempts of an hour on one object are one entry with one such key.
    fold_key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - NULLs are never equal
    times = models.PositiveIntegerField(_("times"), default=1)
    # When MANAGERS were mailed a refusal, with all the times it counts.
    reported_at = models.DateTimeField(null=True)
    detail = models.TextField(_("detail"), blank=True)
    # What changed: [what, from, to] of each.
    changes = models.JSONField(_("changes"), default=list, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["cluster", "instance", "-created_at"]),
            models.Index(fields=["user", "-created_at"]),
            models.Index(fields=["instance_uuid", "-created_at"]),
            models.Index(fields=["refused", "reported_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.username}: {self.action} {self.instance}".rstrip()
