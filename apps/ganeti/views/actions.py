"""What a button on an instance's page does, with the options of its form."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from apps.auditlog.actor import acting
from apps.web.requests import UserRequest

from ..forms.actions import form_for
from ..models import Job
from ..services.actions import service_for
from .instance import page_of
from .lookup import instance_to_change
from .responses import back_to_instance, handle_refusals, report


@require_POST
@handle_refusals
def instance_action(
    request: UserRequest, cluster_slug: str, name: str, *, kind: Job.Kind
) -> HttpResponse:
    """Submit a job of this kind; show the page again if its options are wrong."""
    requested = instance_to_change(request, cluster_slug, name, kind)
    instance, inventory = requested.instance, requested.inventory
    form = form_for(kind, instance, inventory, request.POST)
    if form and not form.is_valid():
        page = page_of(request, requested, form)
        return render(request, "ganeti/instance_detail.html", page, status=400)
    service, options = service_for(kind), form.options() if form else {}
    job = service(requested.cluster, instance, by=acting(request), **options)
    report(request, requested, job)
    return back_to_instance(request, cluster_slug, name)
