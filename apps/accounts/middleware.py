"""Tells each session from where and by what it is used."""

from django.contrib.sessions import middleware
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.auditlog.origin import address_of

from .sessions import SessionStore


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's; another engine than ours (``SESSION_ENGINE``) is told nothing."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if isinstance(request.session, SessionStore):
            agent = request.headers.get("User-Agent", "")
            request.session.comes_from(address_of(request), agent)

    def process_response(
        self, request: HttpRequest, response: HttpResponse
    ) -> HttpResponse:
        answer = super().process_response(request, response)
        session = getattr(request, "session", None)
        if isinstance(session, SessionStore) and answer.status_code < 500:
            session.note_use(timezone.now())
        return answer
