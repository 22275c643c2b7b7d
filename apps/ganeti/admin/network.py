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
            _("How a NIC is attached"),
            {
                "description": _(
                    "As in Ganeti's NIC parameters. Networks that the cluster itself "
                    "manages (gnt-network) come from there and need no entry here."
                ),
                "fields": ["mode", "link", "ipv6_prefix"],
            },
        ),
        (
            _("Who gets it"),
            {
                "description": _(
                    "The default is taken where nobody chose a network. "
                    "Members of the groups are offered this one."
                ),
                "fields": ["cluster_default", "groups"],
            },
        ),
    ]
