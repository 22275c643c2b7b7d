"""Currently failing background work."""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class FailureQuerySet(models.QuerySet["Failure"]):
    def resting(self) -> Self:
        """Return failures that must not be retried yet."""
        return self.filter(next_at__gt=timezone.now())


class Failure(models.Model):
    """A failing chore: since when, with which error, and when it is retried.

    ``chore`` is its name, such as ``news`` or ``job 17``. The row is deleted when the
    chore succeeds.
    """

    chore = models.CharField(_("task"), max_length=191, unique=True)
    error = models.TextField(_("error"))
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(_("failing since"), default=timezone.now)
    failed_at = models.DateTimeField(_("last failed"), default=timezone.now)
    next_at = models.DateTimeField(
        _("next attempt"), default=timezone.now, db_index=True
    )
    given_up_at = models.DateTimeField(_("given up"), null=True)

    objects = FailureQuerySet.as_manager()

    class Meta:
        ordering = ["-failed_at"]
        verbose_name = _("failing background task")
        verbose_name_plural = _("failing background tasks")

    def __str__(self) -> str:
        return self.chore
