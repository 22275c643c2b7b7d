"""Administration of clusters and networks; jobs and action requests, read-only."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from .action_request import ActionRequestAdmin
from .cluster import ClusterAdmin
from .job import JobAdmin
from .network import NetworkAdmin

__all__ = ["ActionRequestAdmin", "ClusterAdmin", "JobAdmin", "NetworkAdmin"]

admin.site.site_header = "ganetimgr"
admin.site.site_title = "ganetimgr"
admin.site.index_title = _("Administration")
