"""What somebody asked to do to a machine that has to be confirmed; done after that.

Its rows name clusters and jobs by their labels.
"""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.auditlog.target import Target, TargetKind
from apps.mails.one_time_keys import hash_of


class RequestedAction(models.TextChoices):
    """What is confirmed; each is a word in the link's address."""

    REINSTALL = "reinstall", pgettext_lazy("action", "Reinstall")
    RENAME = "rename", pgettext_lazy("action", "Rename")
    DESTROY = "destroy", pgettext_lazy("action", "Destroy")
    REMOVE_OWNER = "remove_owner", pgettext_lazy("action", "Remove an owner")


# What cannot be undone; each is a kind of job.
FATAL = (RequestedAction.REINSTALL, RequestedAction.RENAME, RequestedAction.DESTROY)


class ActionRequestQuerySet(models.QuerySet["ActionRequest"]):
    def pending(self, now: datetime | Value | None = None) -> Self:
        """Return those whose links still work."""
        unused = Q(used_at=None, cancelled_at=None)
        return self.filter(unused, expires_at__gt=now or timezone.now())

    def of_machine(self, cluster_id: int | Value, uuid: str) -> Self:
        return self.filter(cluster_id=cluster_id, instance_uuid=uuid)

    def for_key(self, key: str) -> Self:
        return self.filter(key_hash=hash_of(key))


class ActionRequest(models.Model):
    """A wish, for the machine that had this uuid, by somebody who must confirm it.

    Of the key in the link only a hash is kept: who reads the table confirms nothing.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name=_("user"),
        related_name="action_requests",
    )
    cluster = models.ForeignKey(
        "ganeti.Cluster",
        models.CASCADE,
        verbose_name=_("cluster"),
        related_name="action_requests",
    )
    # As it was called then.
    instance = models.CharField(_("instance"), max_length=255)
    instance_uuid = models.CharField(max_length=36)
    action = models.CharField(_("action"), max_length=16, choices=RequestedAction)
    # Of a reinstall: an id of `apps.ganeti.images`.
    image = models.CharField(_("image"), max_length=255, blank=True)
    # Of a rename.
    new_name = models.CharField(_("new name"), max_length=255, blank=True)
    # Of the removal of one, as `services.owners.Owner` writes it.
    owner = models.CharField(_("owner"), max_length=255, blank=True)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    used_at = models.DateTimeField(_("confirmed"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)
    # The first one that came of it.
    job = models.ForeignKey(
        "ganeti.Job",
        models.SET_NULL,
        null=True,
        verbose_name=_("job"),
        related_name="action_requests",
    )

    objects = ActionRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("request to be confirmed")
        verbose_name_plural = _("requests to be confirmed")
        indexes = [models.Index(fields=["cluster", "instance_uuid", "-asked_at"])]

    def __str__(self) -> str:
        return f"{self.action} {self.instance}"

    @property
    def target(self) -> Target:
        slug = self.cluster.slug
        return Target(TargetKind.INSTANCE, self.instance, slug, self.instance_uuid)

    @property
    def expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def pending(self) -> bool:
        return self.used_at is None and self.cancelled_at is None and not self.expired
