"""Targets of notifications: whom or what a notification is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.web.stored_text import Text

MAX_TARGETS = 100
# A kind, a cluster and a name, with what separates them.
MAX_LENGTH = 400


class TargetKind(models.TextChoices):
    USER = "user", pgettext_lazy("target", "user")
    GROUP = "group", pgettext_lazy("target", "group")
    INSTANCE = "instance", pgettext_lazy("target", "machine")
    NODE = "node", pgettext_lazy("target", "node")
    NODE_GROUP = "node_group", pgettext_lazy("target", "node group")
    CLUSTER = "cluster", pgettext_lazy("target", "cluster")
    ORGANIZATION = "organization", pgettext_lazy("target", "organization")
    EVERYBODY = "everybody", _("everybody")


ON_CLUSTERS = frozenset({TargetKind.INSTANCE, TargetKind.NODE, TargetKind.NODE_GROUP})
# Where maintenance takes place.
INFRASTRUCTURE = frozenset({TargetKind.NODE, TargetKind.NODE_GROUP, TargetKind.CLUSTER})
ICONS = {
    TargetKind.USER: "person",
    TargetKind.GROUP: "people",
    TargetKind.INSTANCE: "hdd-stack",
    TargetKind.NODE: "pc",
    TargetKind.NODE_GROUP: "collection",
    TargetKind.CLUSTER: "diagram-3",
    TargetKind.ORGANIZATION: "building",
    TargetKind.EVERYBODY: "broadcast",
}


@dataclass(frozen=True, slots=True)
class Target:
    """A user, group, machine …, by its name.

    ``cluster`` is the short name of the cluster that it is on; empty for the others.
    The name of a cluster is its short name, that of an organization its tag.
    """

    kind: TargetKind
    name: str = ""
    cluster: str = ""

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Parse the output of ``str``; None if it is not a target."""
        if len(text) > MAX_LENGTH or "\x00" in text:
            return None
        kind, _colon, rest = text.partition(":")
        cluster, _colon, name = rest.partition(":")
        return cls.of(kind, name, cluster)

    @classmethod
    def of(cls, kind: str, name: str, cluster: str) -> Self | None:
        """Return a target if it has all that its kind needs, and nothing else."""
        if kind not in TargetKind.values:
            return None
        target = cls(TargetKind(kind), name, cluster)
        needs_name = target.kind is not TargetKind.EVERYBODY
        is_whole = bool(name) == needs_name and bool(cluster) == target.is_on_cluster
        return target if is_whole and len(str(target)) <= MAX_LENGTH else None

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.cluster}:{self.name}"

    @property
    def is_on_cluster(self) -> bool:
        return self.kind in ON_CLUSTERS

    @property
    def icon(self) -> str:
        return ICONS[self.kind]

    @property
    def label(self) -> Text:
        return self.kind.label


def read_all(texts: Iterable[str]) -> list[Target]:
    """Return the valid targets among these, each once."""
    targets = (Target.read(text) for text in texts)
    return list(dict.fromkeys(filter(None, targets)))[:MAX_TARGETS]


def stored(targets: Iterable[Target]) -> list[list[str]]:
    """Return targets as the database has them."""
    return [[target.kind.value, target.cluster, target.name] for target in targets]


def from_stored(rows: Iterable[list[str]]) -> list[Target]:
    return read_all(":".join(row) for row in rows)
