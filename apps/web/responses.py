"""Pages for requests that are refused."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils import translation
from django.utils.translation import ngettext


def bad_request(
    request: HttpRequest,
    exception: object = None,
) -> HttpResponse:
    """Respond with 400 to a request that no page of this site would send."""
    return _standalone(request, 400)


def too_large(request: HttpRequest) -> HttpResponse:
    """Respond with 413 to a body larger than any form of this site accepts."""
    return _standalone(request, 413)


def too_many_attempts(request: HttpRequest, wait_s: int) -> HttpResponse:
    """Respond with 429 and the time to wait."""
    context = {"wait": describe_wait(wait_s)}
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(wait_s)
    return response


def describe_wait(seconds: int) -> str:
    """Return a time to wait in words, rounded up to minutes or hours."""
    minutes = max(1, -(-seconds // 60))
    if minutes <= 90:
        text = ngettext("%(count)d minute", "%(count)d minutes", minutes)
        return text % {"count": minutes}
    hours = -(-minutes // 60)
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


def _standalone(request: HttpRequest, status: int) -> HttpResponse:
    """Render a page without session, database and context processors."""
    with translation.override(translation.get_language_from_request(request)):
        page = loader.get_template("400.html").render({"status": status})
    return HttpResponse(page, status=status)
