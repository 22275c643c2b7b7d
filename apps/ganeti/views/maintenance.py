"""Put node groups under maintenance, and end it."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.auditlog.actor import acting
from apps.web.requests import UserRequest

from ..display import labels
from ..domain.job import JobStatus
from ..domain.node import NodeGroup
from ..forms.maintenance import MaintenanceForm
from ..jobs.submission import ActionRefused, NotNow
from ..models import Job
from ..rapi.errors import RapiError
from ..services import maintenance
from ..state.snapshots import Snapshot
from .clusters import cluster_page
from .lookup import visible_snapshot
from .responses import not_submitted


@require_POST
def group_maintenance(
    request: UserRequest, cluster_slug: str, node_group: str
) -> HttpResponse:
    """Start or end the maintenance of a group, by the button that was pressed."""
    snapshot = visible_snapshot(request, cluster_slug)
    groups = snapshot.contents.groups if snapshot.contents else {}
    if node_group not in groups:
        raise Http404(_("This node group doesn't exist."))
    try:
        return _change(request, snapshot, groups[node_group])
    except ActionRefused as exc:
        raise PermissionDenied(str(exc.verdict.reason)) from exc
    except NotNow as exc:
        messages.warning(request, str(exc))
    except RapiError as exc:
        messages.error(request, not_submitted(node_group, exc))
    return redirect("ganeti:cluster-detail", cluster_slug)


def _change(request: UserRequest, snapshot: Snapshot, group: NodeGroup) -> HttpResponse:
    cluster, by = snapshot.cluster, acting(request)
    if request.POST.get("wanted") == "off":
        _report(request, group, maintenance.end(cluster, group, by=by))
        return redirect("ganeti:cluster-detail", cluster.slug)
    maintenance.check(Job.Kind.GROUP_LOCK, cluster, group, by)
    form = MaintenanceForm(request.POST, auto_id=f"id_%s_{group.uuid}")
    if not form.is_valid():
        response = cluster_page(request, snapshot, invalid={group.name: form})
        response.status_code = HTTPStatus.BAD_REQUEST
        return response
    job = maintenance.start(cluster, group, form.cleaned_data["reason"], by=by)
    _report(request, group, job)
    return redirect("ganeti:cluster-detail", cluster.slug)


def _report(request: UserRequest, group: NodeGroup, job: Job | None) -> None:
    """Report the job, if one was needed."""
    if job is None:
        text = _("The reason was saved.") if group.locked else _("No changes needed.")
        messages.info(request, text)
    elif job.status == JobStatus.IN_DOUBT:
        text = _(
            "%(name)s: the cluster didn't respond. We're checking whether it "
            "received the job."
        )
        messages.warning(request, text % {"name": group.name})
    else:
        messages.success(request, f"{labels.doing(job)} {group.name}")
