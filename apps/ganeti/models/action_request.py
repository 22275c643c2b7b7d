"""Requests for actions on machines that the user must confirm by mail.

Foreign keys to clusters and jobs are given by label.
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
    """Actions that need confirmation; the values are part of the link's URL."""

    REINSTALL = "reinstall", pgettext_lazy("action", "Reinstall")
    RENAME = "rename", pgettext_lazy("action", "Rename")
    DESTROY = "destroy", pgettext_lazy("action", "Destroy")
    REMOVE_OWNER = "remove_owner", pgettext_lazy("action", "Remove an owner")


# Actions that can't be undone; each is a kind of job.
FATAL = (RequestedAction.REINSTALL, RequestedAction.RENAME, RequestedAction.DESTROY)


class ActionRequestQuerySet(models.QuerySet["ActionRequest"]):
    def pending(self, now: datetime | Value | None = None) -> Self:
        """Return the requests whose links still work."""
        unused = Q(used_at=None, cancelled_at=None)
        return self.filter(unused, expires_at__gt=now or timezone.now())

    def of_machine(self, cluster_id: int | Value, uuid: str) -> Self:
        return self.filter(cluster_id=cluster_id, instance_uuid=uuid)

    def for_key(self, key: str) -> Self:
        return self.filter(key_hash=hash_of(key))


class ActionRequest(models.Model):
    """A request by a user for an action on the machine with this uuid, to be confirmed.

    Only a hash of the link's key is stored, so that readers of the table can't confirm.
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
    # The name at the time of the request.
    instance = models.CharField(_("instance"), max_length=255)
    instance_uuid = models.CharField(max_length=36)
    action = models.CharField(_("action"), max_length=16, choices=RequestedAction)
    # For a reinstall: an id of `apps.ganeti.images`.
    image = models.CharField(_("image"), max_length=255, blank=True)
    # For a rename.
    new_name = models.CharField(_("new name"), max_length=255, blank=True)
    # For the removal of an owner: `services.owners.Owner` as text.
    owner = models.CharField(_("owner"), max_length=255, blank=True)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    used_at = models.DateTimeField(_("confirmed"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)
    # The first job of its chain.
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
