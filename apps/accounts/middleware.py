"""Sessions know where they are used from; who has none is asked to log in."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth import middleware as auth
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions import middleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from apps.web.requests import client_ip

from .forms.login import LoginForm
from .services import interrupted_forms
from .sessions import SessionStore, verified_user


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's; another engine than ours (``SESSION_ENGINE``) is told nothing."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if isinstance(request.session, SessionStore):
            agent = request.headers.get("User-Agent", "")
            request.session.set_origin(client_ip(request), agent)

    def process_response(
        self, request: HttpRequest, response: HttpResponse
    ) -> HttpResponse:
        answer = super().process_response(request, response)
        session = getattr(request, "session", None)
        if not isinstance(session, SessionStore) or answer.status_code >= 500:
            return answer
        if session.note_use(timezone.now()):
            _send_cookie_again(answer, session)
        return answer


def _send_cookie_again(answer: HttpResponse, session: SessionStore) -> None:
    answer.set_cookie(
        settings.SESSION_COOKIE_NAME,
        session.session_key or "",
        max_age=session.get_expiry_age(),
        domain=settings.SESSION_COOKIE_DOMAIN,
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=settings.SESSION_COOKIE_HTTPONLY,
        samesite=settings.SESSION_COOKIE_SAMESITE,  # type: ignore[arg-type]  # a str
    )


class AuthenticationMiddleware(auth.AuthenticationMiddleware):
    """Django's; the user comes with the session, by the same statement.

    Whatever needs more than a look, such as a key that has been replaced, is Django's.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(  # type: ignore[assignment]  # as Django does
            lambda: verified_user(request.session) or get_user(request)
        )


class LoginRequiredMiddleware(auth.LoginRequiredMiddleware):
    """Django's; a form that was sent without a session is not lost by that."""

    def handle_no_permission(  # type: ignore[override]  # a page, not a redirect
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        if request.method != "POST" or request.headers.get("HX-Request"):
            return super().handle_no_permission(request, view_func)
        form = interrupted_forms.Form.of(request)
        if not form.fields:
            # A button alone: its page is where to press it again.
            return redirect_to_login(
                form.page or resolve_url(settings.LOGIN_REDIRECT_URL)
            )
        context = {
            "form": LoginForm(request),
            "next": form.page,
            "interrupted": form.seal(),
            "is_interrupted": True,
        }
        return render(
            request, "accounts/login.html", context, status=HTTPStatus.FORBIDDEN
        )
