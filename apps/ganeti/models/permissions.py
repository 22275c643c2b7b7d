"""Permissions that belong to no model."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permissions(models.Model):
    """Permissions on instances, which are not stored in the database."""

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
