"""Middleware for the responses of all views."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .rate_limit import TooManyAttempts
from .responses import too_many_attempts

Answer = Callable[[HttpRequest], HttpResponse]


class PrivateByDefault:
    """Keep pages out of every cache, unless their view says otherwise.

    Later users of the same browser or proxy must not find pages in it. Static files
    are served before this middleware.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class MethodNotAllowedPage:
    """Render a page for empty 405 responses."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_bare = not response.streaming and not response.content
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or not is_bare:
            return response
        page = render(request, "405.html", status=response.status_code)
        page["Allow"] = response["Allow"]
        return page


class TooManyAttemptsPage:
    """Respond with 429 when a rate limit is reached."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if isinstance(exception, TooManyAttempts):
            return too_many_attempts(request, exception.wait_s)
        return None
