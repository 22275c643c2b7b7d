"""Permissions that belong to no row."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permissions(models.Model):
    """Rights on instances, which are no rows of ours."""

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
