"""The list of applications, and one of them."""

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
from ..display.detail_page import Story
from ..display.list_query import Asked
from ..models import InstanceApplication
from .lookup import HIDDEN


@require_safe
def application_list(request: UserRequest) -> HttpResponse:
    staff = access.may_see_applications(person_of(request))
    asked = Asked.read(request.GET, staff=staff)
    part = wants_fragment(request)
    template = "applications/_list.html" if part else "applications/list.html"
    response = render(request, template, _list(request, asked, staff=staff))
    patch_vary_headers(response, ["HX-Request"])
    if part:
        response["HX-Push-Url"] = request.path + asked.address().removesuffix("?")
    return response


def _list(request: UserRequest, asked: Asked, *, staff: bool) -> dict[str, Any]:
    visible = listing.visible(request.user, person_of(request))
    page = listing.page(visible, asked)
    return {
        "asked": asked,
        "page": page,
        "total": visible.count() if asked.filtered else page.paginator.count,
        "rows": rows.rows(page),
        "heads": rows.heads(asked, staff=staff),
        "chips": list(asked.chips()),
        "pages": page_links(page, lambda number: asked.address(page=number)),
        "status_labels": labels.LABELS,
        "staff": staff,
    }


@require_safe
def application_detail(request: UserRequest, pk: int) -> HttpResponse:
    """Show an application; to htmx, while a job runs, what moves of it."""
    story = Story(_find(request, pk), person_of(request))
    part = wants_fragment(request)
    template = "applications/_story.html" if part else "applications/detail.html"
    response = render(request, template, {"story": story})
    patch_vary_headers(response, ["HX-Request"])
    return response


def _find(request: UserRequest, pk: int) -> InstanceApplication:
    related = ("applicant", "organization", "network__cluster", "cluster", "reviewer")
    found = InstanceApplication.objects.select_related(*related, "job__cluster")
    application = found.filter(pk=pk).first()
    person = person_of(request)
    if application is None or not access.may_see_application(
        person, application.applicant.get_username()
    ):
        raise Http404(HIDDEN)
    return application
