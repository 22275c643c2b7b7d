"""What jobs and entries of the audit log are about, from what is known of clusters."""

from apps.auditlog.target import Target, TargetKind

from ..domain.instance import Instance
from ..models import Cluster


def instance_target(instance: Instance) -> Target:
    return Target(TargetKind.INSTANCE, instance.name, instance.cluster, instance.uuid)


def new_instance_target(cluster: Cluster, name: str) -> Target:
    """Return an instance that is to be created: it has no uuid yet."""
    return Target(TargetKind.INSTANCE, name, cluster.slug)
