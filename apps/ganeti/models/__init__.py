"""Models: clusters, networks, jobs, requests, image sources."""

from .action_request import ActionRequest, RequestedAction
from .cluster import Cluster, ClusterQuerySet, ClusterRefresh
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
    "ImageSource",
    "Job",
    "JobQuerySet",
    "Network",
    "Permissions",
    "RequestedAction",
    "WatcherBeat",
]
