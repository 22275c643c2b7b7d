"""Targets of jobs and audit entries."""

from apps.auditlog.target import Target, TargetKind

from ..domain.instance import Instance
from ..domain.node import NodeGroup
from ..models import Cluster


def instance_target(instance: Instance) -> Target:
    return Target(TargetKind.INSTANCE, instance.name, instance.cluster, instance.uuid)


def group_target(cluster: Cluster, group: NodeGroup) -> Target:
    return Target(TargetKind.NODE_GROUP, group.name, cluster.slug, group.uuid)


def new_instance_target(cluster: Cluster, name: str) -> Target:
    """Return the target for an instance to be created, which has no uuid yet."""
    return Target(TargetKind.INSTANCE, name, cluster.slug)
