"""Public views of flat pages, news and branding."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from . import accent_colour, analytics, flat_pages
from . import news as feed

AN_HOUR = 3600


@login_not_required
@require_safe
def about(request: HttpRequest, name: str) -> HttpResponse:
    """Show a flat page; respond with 404 if it doesn't exist."""
    kind = flat_pages.KINDS[name]
    if kind not in flat_pages.shown():
        raise Http404
    page = flat_pages.find(name)
    if page is None:
        return render(request, "pages/missing.html", {"kind": kind}, status=404)
    return render(request, "pages/about.html", {"page": page})


@login_not_required
@require_safe
def news(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/news.html", {"news": feed.known()})


@login_not_required
@require_safe
@cache_control(public=True, max_age=AN_HOUR)
def accent(_request: HttpRequest) -> HttpResponse:
    """Serve the accent colour as a stylesheet, since pages may have no inline ones."""
    colour = settings.BRANDING.get("ACCENT_COLOUR")
    if not colour:
        raise Http404
    return HttpResponse(accent_colour.stylesheet(colour), content_type="text/css")


@login_not_required
@require_safe
@cache_control(public=True, max_age=AN_HOUR)
def analytics_script(_request: HttpRequest) -> HttpResponse:
    if not settings.BRANDING.get("ANALYTICS_FILE_PATH"):
        raise Http404
    return HttpResponse(analytics.served(), content_type="text/javascript")
