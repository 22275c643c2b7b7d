"""Targets of entries and jobs."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import pgettext_lazy


class TargetKind(models.TextChoices):
    INSTANCE = "instance", pgettext_lazy("target", "machine")
    NODE = "node", pgettext_lazy("target", "node")
    NODE_GROUP = "node_group", pgettext_lazy("target", "node group")
    NETWORK = "network", pgettext_lazy("target", "network")
    CLUSTER = "cluster", pgettext_lazy("target", "cluster")
    APPLICATION = "application", pgettext_lazy("target", "application")
    USER = "user", pgettext_lazy("target", "user")


@dataclass(frozen=True, slots=True)
class Target:
    """The object of an action, by its name at that time.

    ``cluster`` is the cluster's short name; empty for what is on none. ``id`` tells the
    target from another that had its name before or will have it: Ganeti's uuid, or the
    number of a row. Empty while there is none yet, as of an instance to be created.
    """

    kind: TargetKind
    name: str
    cluster: str = ""
    id: str = ""


def user_target(user: User) -> Target:
    return Target(TargetKind.USER, user.get_username(), id=str(user.pk))
