"""Polls without news, and clusters that keep us from answering."""

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
    """Answer 204 to polls that find nothing new; no other middleware is asked."""

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
    """Answer 503 in plain words where a cluster is away and no view said so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        match exception:
            case NotKnownYet():
                why = _("The cluster is being contacted for the first time.")
            case RapiError():
                logger.warning("%s: %s", request.path, exception)
                why = _("A cluster returned an unexpected response.")
            case _:
                return None
        response = render(request, "503.html", {"why": why}, status=503)
        response["Retry-After"] = str(RETRY_AFTER_S)
        return response
