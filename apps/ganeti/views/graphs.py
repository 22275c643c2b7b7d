"""Graphs of instances: pages, and the images and data that these load."""

import time
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts.person import person_of
from apps.web.lists import page_links
from apps.web.requests import UserRequest

from .. import access, graphs
from ..display import graph_pages
from ..display.graph_query import SECTION_LABELS, GraphQuery
from ..domain.instance import Instance
from ..forms.graphs import DatesForm
from ..graphs import charts
from ..graphs.images import END, START, Image
from ..graphs.periods import SPANS, InvalidPeriod, Period
from ..reads import inventory
from .lookup import contents_of, instance_with_graphs

NO_DATA_IMAGE = "ganetimgr/img/no-data.svg"


@require_safe
def graph_image(  # noqa: PLR0913, PLR0917 - parts of the URL
    request: UserRequest,
    cluster_slug: str,
    name: str,
    graph_type: str,
    start: str | None = None,
    end: str | None = None,
    interface: str | None = None,
) -> HttpResponse:
    """Respond with an image of collectd, or with that for missing ones."""
    requested = instance_with_graphs(request, cluster_slug, name)
    if not graphs.has_images():
        raise Http404
    image = Image(
        requested.instance.name, graph_type, start or START, end or END, interface or ""
    )
    png = image.load()
    if png is None:
        return HttpResponseRedirect(_no_data_image())
    return HttpResponse(png, content_type="image/png")


def _no_data_image() -> str:
    """Return the URL of NODATA_IMAGE, or of ours while that isn't collected yet."""
    try:
        return static(settings.NODATA_IMAGE or NO_DATA_IMAGE)
    except ValueError:
        return static(NO_DATA_IMAGE)


@require_safe
def graph_data(
    request: UserRequest, cluster_slug: str, name: str, kind: str
) -> JsonResponse:
    """Respond with a chart's data; failures are a text in it, and no error."""
    requested = instance_with_graphs(request, cluster_slug, name)
    if not graphs.has_charts() or kind not in settings.GRAPHS:
        raise Http404
    query = request.GET
    try:
        period = Period.read(
            query.get("start", START), query.get("end", END), int(time.time())
        )
    except InvalidPeriod:
        error = _("This period is invalid, or longer than five years.")
        return JsonResponse({"error": error}, status=HTTPStatus.BAD_REQUEST)
    try:
        interface = _interface(requested.instance, query.get("interface", ""))
        chart = charts.chart(kind, requested.instance.name, interface, period)
    except charts.NoChart as exc:
        chart = {"error": str(exc)}
    return JsonResponse(chart)


def _interface(instance: Instance, name: str) -> str:
    """Return the name of an interface of the instance, by default of its first."""
    names = [f"eth{index}" for index in range(len(instance.nics))]
    if name and name not in names:
        raise Http404
    return name or "eth0"


@require_safe
def graph_machine(request: UserRequest, cluster_slug: str, name: str) -> HttpResponse:
    """Show the graphs of an instance on a page, or as a part of its own page."""
    requested = instance_with_graphs(request, cluster_slug, name)
    _check_configured()
    query = GraphQuery.read(request.GET)
    form, times = _period(query)
    is_part = request.htmx and request.htmx.target == "graphs"
    context = {
        "query": query,
        "form": form,
        "instance": requested.instance,
        "charts": graph_pages.charts_of(requested.instance, times)
        if query.shows_charts
        else [],
        "images": []
        if query.shows_charts
        else graph_pages.images_of(requested.instance, times),
        "may_see": access.may_see(person_of(request), requested.instance),
    }
    if not is_part:
        return render(request, "ganeti/graph_machine.html", context)
    response = render(request, "ganeti/_graph_panel.html", context)
    if urlsplit(request.htmx.current_url or "").path != request.path:
        # On the machine's page, whose URL has no period.
        response["HX-Push-Url"] = "false"
    return response


@require_safe
def graph_all(request: UserRequest) -> HttpResponse:
    """List the machines of all clusters in closed sections, loaded when opened."""
    _check_may_see_all(request)
    query = GraphQuery.read(request.GET)
    form, times = _period(query)
    visible = inventory.visible(person_of(request))
    instances = [
        instance
        for snapshot in visible.snapshots
        if snapshot.contents
        for instance in snapshot.contents.instances.values()
        if query.q.lower() in instance.name
    ]
    context = {
        "query": query,
        "form": form,
        "templates": graph_pages.listed_charts(times) if query.shows_charts else [],
        "section_labels": SECTION_LABELS,
        "sections": graph_pages.sections(instances, query, query.by),
        "count": len(instances),
        "unknown": visible.unknown,
    }
    return render(request, "ganeti/graph_all.html", context)


@require_safe
def graph_cluster(request: UserRequest, cluster_slug: str) -> HttpResponse:
    """List the machines of a cluster, or of one of its node groups or nodes."""
    _check_may_see_all(request)
    query = GraphQuery.read(request.GET)
    form, times = _period(query)
    visible = inventory.visible_on(person_of(request), cluster_slug)
    contents = contents_of(visible.snapshot(cluster_slug), cluster_slug)
    instances = [
        instance
        for instance in contents.instances.values()
        if query.q.lower() in instance.name
        and query.group in {"", instance.group}
        and query.node in {"", instance.primary_node}
    ]
    page = Paginator(
        graph_pages.in_order(instances, query.by), graph_pages.PAGE_SIZE
    ).get_page(query.page)
    context = {
        "query": query,
        "form": form,
        "cluster": cluster_slug,
        "templates": graph_pages.listed_charts(times) if query.shows_charts else [],
        "section_labels": SECTION_LABELS,
        "sections": graph_pages.on_page(page, query, times),
        "page": page,
        "pages": page_links(page, lambda number: query.address(page=number)),
    }
    is_part = request.htmx and not request.htmx.boosted
    template = "_graph_list" if is_part else "graph_cluster"
    return render(request, f"ganeti/{template}.html", context)


def _check_may_see_all(request: UserRequest) -> None:
    if not access.may_see_all_graphs(person_of(request)):
        raise Http404
    _check_configured()


def _check_configured() -> None:
    if not graphs.are_configured():
        raise Http404


def _period(query: GraphQuery) -> tuple[DatesForm, graph_pages.Times]:
    """Return the form of the dates, and the times of these or of the span."""
    if not (query.start or query.end):
        return DatesForm(), (SPANS[query.span], "now")
    form = DatesForm({"start": query.start, "end": query.end})
    return form, form.times if form.is_valid() else (SPANS[query.span], "now")
