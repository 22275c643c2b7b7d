"""Networks in the administration."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ..forms.admin import NetworkForm
from ..models import Network


@admin.register(Network)
class NetworkAdmin(admin.ModelAdmin[Network]):
    form = NetworkForm
    list_display = ["description", "cluster", "link", "mode", "cluster_default"]
    list_display += ["ipv6_prefix"]
    list_filter = ["cluster", "mode", "cluster_default", "groups"]
    list_select_related = ["cluster"]
    search_fields = ["description", "link", "ipv6_prefix", "cluster__slug"]
    filter_horizontal = ["groups"]
    fieldsets = [
        (None, {"fields": ["cluster", "description"]}),
        (
            _("NIC settings"),
            {
                "description": _(
                    "As in Ganeti's NIC parameters. Networks managed by the cluster "
                    "(gnt-network) are read from Ganeti and don't need an entry here."
                ),
                "fields": ["mode", "link", "ipv6_prefix"],
            },
        ),
        (
            _("Availability"),
            {
                "description": _(
                    "The default is used when no network is chosen. Members of the "
                    "groups can request this network."
                ),
                "fields": ["cluster_default", "groups"],
            },
        ),
    ]
