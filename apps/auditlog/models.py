"""The audit log: entries are added, never changed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


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
    detail = models.TextField(_("detail"), blank=True)
    # What changed: [what, from, to] of each.
    changes = models.JSONField(_("changes"), default=list, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["cluster", "instance", "-created_at"]),
            models.Index(fields=["user", "-created_at"]),
            models.Index(fields=["instance_uuid", "-created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.username}: {self.action} {self.instance}".rstrip()
