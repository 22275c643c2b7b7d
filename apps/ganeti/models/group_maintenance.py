"""Reasons of node groups under maintenance."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from .cluster import Cluster


class GroupMaintenance(models.Model):
    """Why a node group is under maintenance, if that was set on this site.

    Whether it is says Ganeti's tag alone (`domain.node.NodeGroup.locked`).
    """

    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="maintenances")
    group_uuid = models.CharField(max_length=36)
    reason = models.CharField(max_length=255)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "group_uuid"], name="one_maintenance_per_group"
            )
        ]

    def __str__(self) -> str:
        return f"{self.cluster}: {self.reason}"
