"""Answer polls without changes, and requests that fail on a cluster."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from .rapi.errors import RapiError
from .views.lookup import NotKnownYet
from .views.polls import is_unchanged

logger = logging.getLogger(__name__)

RETRY_AFTER_S = 5


class UnchangedPolls:
    """Answer 204 to polls without changes, before any other middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET" and is_unchanged(request):
            return HttpResponse(
                status=HTTPStatus.NO_CONTENT,
                headers={"Cache-Control": "private, no-store"},
            )
        return self.get_response(request)


class Unavailable:
    """Answer 503 to RAPI errors that no view has handled."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        match exception:
            case NotKnownYet():
                reason = _("The cluster is being contacted for the first time.")
            case RapiError():
                logger.warning("%s: %s", request.path, exception)
                reason = _("A cluster returned an unexpected response.")
            case _:
                return None
        response = render(request, "503.html", {"why": reason}, status=503)
        response["Retry-After"] = str(RETRY_AFTER_S)
        return response
