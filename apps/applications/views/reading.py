"""Pages: the list of applications, and one application."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from apps.accounts.person import person_of
from apps.web.lists import page_links
from apps.web.requests import UserRequest, wants_fragment

from .. import access, listing
from ..display import labels, rows
from ..display.detail_page import ApplicationDetail
from ..display.list_query import ApplicationQuery
from ..models import InstanceApplication
from .lookup import HIDDEN


@require_safe
def application_list(request: UserRequest) -> HttpResponse:
    staff = access.may_see_applications(person_of(request))
    query = ApplicationQuery.read(request.GET, staff=staff)
    fragment = wants_fragment(request)
    template = "applications/_list.html" if fragment else "applications/list.html"
    response = render(request, template, _list(request, query, staff=staff))
    patch_vary_headers(response, ["HX-Request"])
    if fragment:
        response["HX-Push-Url"] = request.path + query.address().removesuffix("?")
    return response


def _list(
    request: UserRequest, query: ApplicationQuery, *, staff: bool
) -> dict[str, Any]:
    visible = listing.visible(request.user, person_of(request))
    page = listing.page(visible, query)
    return {
        "query": query,
        "page": page,
        "total": visible.count() if query.filtered else page.paginator.count,
        "rows": rows.rows(page),
        "heads": rows.heads(query, staff=staff),
        "chips": list(query.chips()),
        "pages": page_links(page, lambda number: query.address(page=number)),
        "status_labels": labels.LABELS,
        "staff": staff,
    }


@require_safe
def application_detail(request: UserRequest, pk: int) -> HttpResponse:
    """Show an application; htmx, polling while a job runs, gets its changing part."""
    detail = ApplicationDetail(_find(request, pk), person_of(request))
    fragment = wants_fragment(request)
    template = "applications/_detail.html" if fragment else "applications/detail.html"
    response = render(request, template, {"detail": detail})
    patch_vary_headers(response, ["HX-Request"])
    return response


def _find(request: UserRequest, pk: int) -> InstanceApplication:
    related = ("applicant", "organization", "network__cluster", "cluster", "reviewer")
    applications = InstanceApplication.objects.select_related(*related, "job__cluster")
    application = applications.filter(pk=pk).first()
    person = person_of(request)
    if application is None or not access.may_see_application(
        person, application.applicant.get_username()
    ):
        raise Http404(HIDDEN)
    return application
