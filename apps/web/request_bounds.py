"""Refuse requests that are too large, before anything reads them."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from .responses import bad_request, too_large

MAX_PATH_LENGTH = 2000
MAX_QUERY_LENGTH = 8000
MAX_PARAMETER_LENGTH = 2000
MAX_HEADER_LENGTH = 8190  # gunicorn's own limit

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestBounds:
    """Reject requests larger than any form sends, without session and database.

    Bodies are bounded by ``REQUEST_BODY_LIMITS``; the number of fields by Django's
    ``DATA_UPLOAD_MAX_NUMBER_FIELDS``, whose bare answer this replaces.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _body_length(request) > _body_limit(request.path_info):
            return too_large(request)
        if not (_is_bounded(request) and _is_readable(request)):
            return bad_request(request)
        return self.get_response(request)


def _body_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:  # Django takes it for none
        return 0


def _body_limit(path: str) -> int:
    limits: dict[str, int] = settings.REQUEST_BODY_LIMITS
    return next(limit for start, limit in limits.items() if path.startswith(start))


def _is_bounded(request: HttpRequest) -> bool:
    meta = request.META
    return (
        len(request.path_info) <= MAX_PATH_LENGTH
        and len(meta.get("QUERY_STRING", "")) <= MAX_QUERY_LENGTH
        and all(
            len(value) <= MAX_HEADER_LENGTH
            for name, value in meta.items()
            if name.startswith("HTTP_") or name == "CONTENT_TYPE"
        )
    )


def _is_readable(request: HttpRequest) -> bool:
    """Parse query and body as the views will find them."""
    try:
        parameters = request.GET.lists()
        _ = request.POST
    except (
        BadRequest,
        MultiPartParserError,
        SuspiciousOperation,
        UnreadablePostError,
    ):
        return False
    return all(
        len(text) <= MAX_PARAMETER_LENGTH
        for name, values in parameters
        for text in (name, *values)
    )
