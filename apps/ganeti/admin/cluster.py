"""Clusters in the administration; the connection is tested before saving."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_protect

from ..encryption import UndecryptableError
from ..forms.admin import ClusterForm
from ..models import Cluster, ClusterRefresh, Job, Network
from ..rapi.transport import Endpoint
from ..services import cluster_check
from ..services.cluster_check import CannotConnect, Report
from ..state import refreshing, snapshots
from . import marks


class StateFilter(admin.SimpleListFilter):
    """Clusters by the outcome of their last refresh."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        return [
            ("answers", _("Up")),
            ("down", _("Down")),
            ("unknown", _("Not contacted yet")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Cluster]
    ) -> QuerySet[Cluster]:
        down = {"refresh_state__failing_since__isnull": False}
        refreshed = {"refresh_state__refreshed_at__isnull": False}
        match self.value():
            case "down":
                return queryset.filter(**down)
            case "answers":
                return queryset.filter(**refreshed).exclude(**down)
            case "unknown":
                return queryset.exclude(**refreshed).exclude(**down)
        return queryset


class CertificateFilter(admin.ChoicesFieldListFilter):
    """Clusters by the verification of their certificates, with a shorter title."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("certificate")


@admin.register(Cluster)
class ClusterAdmin(admin.ModelAdmin[Cluster]):
    form = ClusterForm
    list_display = ["name", "state", "contents", "rights", "certificate"]
    list_filter = [StateFilter, "disabled", "can_write"]
    list_filter += [("verification", CertificateFilter)]
    list_select_related = ["refresh_state"]
    search_fields = ["slug", "hostname", "description"]
    actions = ["enable", "disable", "test_connection"]
    readonly_fields = ["state", "contents", "rights"]

    STATE = (gettext_lazy("State"), {"fields": ["state", "contents", "rights"]})
    ADDRESS = (
        None,
        {
            "fields": [("hostname", "port"), "slug", "description"],
        },
    )
    USER = (
        gettext_lazy("RAPI user"),
        {
            "description": gettext_lazy(
                "A user with the “write” option in /var/lib/ganeti/rapi/users on the "
                "cluster. With a read-only user, the site can show machines but not "
                "change them. The password is stored encrypted."
            ),
            "fields": ["username", "new_password"],
        },
    )
    CERTIFICATE = (
        gettext_lazy("Certificate"),
        {
            "description": gettext_lazy(
                "How the site verifies the identity of this cluster. Ganeti's "
                "certificates are self-signed, so the fingerprint is the usual "
                "choice: leave it empty to view the certificate and confirm it."
            ),
            "fields": ["verification", "fingerprint", "ca_file"],
        },
    )
    USE = (
        gettext_lazy("Usage"),
        {
            "fields": [
                "use_gnt_network",
                "fast_create",
                "disable_instance_creation",
                "disabled",
            ],
        },
    )

    # -- display

    def get_fieldsets(self, request: HttpRequest, obj: Cluster | None = None) -> Any:
        sets = [self.ADDRESS, self.USER, self.CERTIFICATE, self.USE]
        if not obj:
            return sets
        if not self.has_change_permission(request, obj):
            sets[1] = (self.USER[0], {"fields": ["username"]})
        return [self.STATE, *sets]

    @admin.display(description=gettext_lazy("cluster"), ordering="slug")
    def name(self, cluster: Cluster) -> SafeString:
        return marks.with_note(cluster.slug, f"{cluster.hostname}:{cluster.port}")

    @admin.display(description=gettext_lazy("state"))
    def state(self, cluster: Cluster) -> SafeString:
        return marks.refresh_state(cluster)

    @admin.display(description=gettext_lazy("RAPI user"), ordering="can_write")
    def rights(self, cluster: Cluster) -> SafeString:
        return marks.rights(cluster)

    @admin.display(description=gettext_lazy("certificate"), ordering="verification")
    def certificate(self, cluster: Cluster) -> SafeString:
        return marks.verification(cluster)

    @admin.display(description=gettext_lazy("contents"))
    def contents(self, cluster: Cluster) -> str:
        """Return version and counts from the snapshot; does not call the cluster."""
        (snapshot,) = snapshots.current([cluster], within_s=5)
        contents = snapshot.contents
        if contents is None:
            return "-"
        nodes, instances = len(contents.nodes), len(contents.instances)
        counts = [
            ngettext("%d node", "%d nodes", nodes) % nodes,
            ngettext("%d instance", "%d instances", instances) % instances,
        ]
        return marks.with_note(f"Ganeti {contents.info.version}", ", ".join(counts))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Omit Django's error note if a panel says what to do."""
        form = context["adminform"].form
        if isinstance(form, ClusterForm) and (form.is_waiting or form.trial.trouble):
            context["errors"] = None
        return super().render_change_form(request, context, *args, **kwargs)

    # -- saving

    @method_decorator(csrf_protect)
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Handle the form without Django's transaction around it.

        The cluster is called in between, which may take half a minute; SQLite would
        block all other writes for so long.
        """
        view = self._changeform_view  # type: ignore[attr-defined]
        return view(request, object_id, form_url, extra_context)

    def save_model(
        self, request: HttpRequest, obj: Cluster, form: ModelForm[Cluster], change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if not isinstance(form, ClusterForm):
            return
        if form.trial.report:
            messages.success(request, _("Connected to %s") % form.trial.report)
        elif form.trial.trouble:
            text = _("Saved, but the connection failed: %s")
            messages.warning(request, text % form.trial.trouble)
        warn_if_unverified(request, obj)
        if not change or form.changed_data:
            refresh_now(obj)

    # -- deleting

    def get_deleted_objects(
        self, objs: Iterable[Cluster], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """List what is deleted with the clusters: networks by name, jobs as a count."""
        clusters = list(objs)
        networks = Network.objects.filter(cluster__in=clusters)
        jobs = Job.objects.filter(cluster__in=clusters).count()
        deleted: list[Any] = []
        for cluster in clusters:
            names = [n.description for n in networks if n.cluster_id == cluster.pk]
            deleted += [str(cluster), names] if names else [str(cluster)]
        counts = {
            str(Cluster._meta.verbose_name_plural): len(clusters),
            str(Network._meta.verbose_name_plural): len(networks),
            str(Job._meta.verbose_name_plural): jobs,
        }
        counts = {name: count for name, count in counts.items() if count}
        missing_permissions = set()
        if networks and not request.user.has_perm("ganeti.delete_network"):
            missing_permissions.add(str(Network._meta.verbose_name))
        return deleted, counts, missing_permissions, []

    # -- actions

    @admin.action(description=gettext_lazy("Enable"), permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[Cluster]) -> None:
        switched = self._switch(request, queryset, disabled=False)
        for cluster in switched:
            refresh_now(cluster)
        self._report_switched(request, switched, _("Enabled: %s."))

    @admin.action(description=gettext_lazy("Disable"), permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[Cluster]) -> None:
        switched = self._switch(request, queryset, disabled=True)
        self._report_switched(request, switched, _("Disabled: %s."))

    def _switch(
        self, request: HttpRequest, queryset: QuerySet[Cluster], *, disabled: bool
    ) -> list[Cluster]:
        switched = list(queryset.exclude(disabled=disabled))
        for cluster in switched:
            cluster.disabled = disabled
            cluster.save(update_fields=["disabled"])
            self.log_change(request, cluster, [{"changed": {"fields": ["disabled"]}}])
        return switched

    def _report_switched(
        self, request: HttpRequest, clusters: Sequence[Cluster], text: str
    ) -> None:
        names = ", ".join(map(str, clusters))
        if names:
            messages.success(request, text % names)
        else:
            messages.info(request, _("No changes needed."))

    @admin.action(
        description=gettext_lazy("Test the connection"), permissions=["change"]
    )
    def test_connection(
        self, request: HttpRequest, queryset: QuerySet[Cluster]
    ) -> None:
        """Test the clusters concurrently; the threads use no database rows."""
        endpoints: dict[Cluster, Endpoint] = {}
        for cluster in queryset:
            try:
                endpoints[cluster] = cluster.endpoint
            except UndecryptableError:
                text = _(
                    "No key in the settings can decrypt its password. Enter it again."
                )
                report_outcome(request, cluster, CannotConnect(text))
        outcomes = cluster_check.examine_all(endpoints.values())
        for cluster, outcome in zip(endpoints, outcomes, strict=True):
            if isinstance(outcome, Report):
                queryset.filter(pk=cluster.pk).update(can_write=outcome.can_write)
            report_outcome(request, cluster, outcome)


def report_outcome(
    request: HttpRequest, cluster: Cluster, outcome: Report | CannotConnect
) -> None:
    """Show the outcome of a connection test."""
    succeeded = isinstance(outcome, Report)
    level = messages.SUCCESS if succeeded else messages.ERROR
    # Quoted, since Django's template capitalizes the first letter of messages.
    messages.add_message(request, level, f"“{cluster}”: {outcome}")
    warn_if_unverified(request, cluster)


def warn_if_unverified(request: HttpRequest, cluster: Cluster) -> None:
    if cluster.verification == Cluster.Verify.OFF:
        text = _(
            "“%s”: its certificate isn't verified. An attacker on the network can "
            "read the password and control the cluster. Pin its fingerprint."
        )
        messages.warning(request, text % cluster)


def refresh_now(cluster: Cluster) -> None:
    """Refresh the cluster in the background, regardless of the backoff."""
    ClusterRefresh.objects.filter(cluster=cluster).update(next_at=None)
    if not cluster.disabled:
        refreshing.refresh_in_background(cluster)
