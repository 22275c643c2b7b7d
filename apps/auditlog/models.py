"""The audit log: entries are added, never changed."""

from collections.abc import Collection, Mapping
from functools import reduce
from operator import or_
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .target import TargetKind

# Ids of targets by their kind.
Targets = Mapping[TargetKind, Collection[str]]


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def unreported(self) -> Self:
        """Return refusals not yet mailed to MANAGERS with their current count."""
        return self.filter(refused=True, reported_at=None)

    def about(self, targets: Targets) -> Self:
        """Return entries about any of these targets."""
        return self.filter(about(targets))


def about(targets: Targets) -> Q:
    """Return the condition of entries about any of these targets."""
    conditions = (
        Q(target_kind=kind, target_id__in=ids) for kind, ids in targets.items()
    )
    return reduce(or_, conditions, Q(pk__in=()))


class AuditEntry(models.Model):
    """An action that a user performed or attempted.

    Names are kept as text: the entry outlives the user, the cluster and the target.
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
    # As `Target` has them; empty where there is none.
    target_kind = models.CharField(
        _("target type"), max_length=16, choices=TargetKind, blank=True
    )
    target_name = models.CharField(_("target"), max_length=255, blank=True)
    target_id = models.CharField(_("target ID"), max_length=36, blank=True)
    cluster = models.CharField(_("cluster"), max_length=50, blank=True)
    refused = models.BooleanField(_("refused"), default=False)
    # Staff only: the user may not know that the target exists.
    hidden = models.BooleanField(_("for staff only"), default=False)
    # Attempts of an hour on one target are one entry with one such key.
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
            models.Index(fields=["cluster", "target_name", "-created_at"]),
            models.Index(fields=["target_kind", "target_id", "-created_at"]),
            models.Index(fields=["user", "-created_at"]),
            models.Index(fields=["refused", "reported_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.username}: {self.action} {self.target_name}".rstrip()
