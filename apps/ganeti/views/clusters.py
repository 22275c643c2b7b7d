"""Actions of staff on a cluster."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.person import person_of
from apps.web.requests import UserRequest

from .. import access
from ..models import Cluster
from ..state import refreshing
from .lookup import back_to_list


@require_POST
def cluster_refresh(request: UserRequest, cluster_slug: str) -> HttpResponse:
    """Refresh a cluster now; joins a refresh in flight."""
    if not access.may_refresh(person_of(request)):
        raise PermissionDenied
    cluster = get_object_or_404(Cluster.objects.enabled(), slug=cluster_slug)
    refreshing.refresh_in_background(cluster)
    messages.info(request, _("Refreshing %(cluster)s.") % {"cluster": cluster.slug})
    return redirect(back_to_list(request))
