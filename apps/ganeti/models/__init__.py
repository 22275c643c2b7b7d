"""Models: clusters, networks, jobs, requests, maintenances, image sources."""

from .action_request import ActionRequest, RequestedAction
from .cluster import Cluster, ClusterQuerySet, ClusterRefresh
from .group_maintenance import GroupMaintenance
from .image_source import ImageSource
from .job import Job, JobQuerySet
from .network import Network
from .permissions import Permissions
from .watcher import WatcherBeat

__all__ = [
    "ActionRequest",
    "Cluster",
    "ClusterQuerySet",
    "ClusterRefresh",
    "GroupMaintenance",
    "ImageSource",
    "Job",
    "JobQuerySet",
    "Network",
    "Permissions",
    "RequestedAction",
    "WatcherBeat",
]
