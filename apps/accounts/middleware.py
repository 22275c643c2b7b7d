"""Sessions know where they are used from; who has none is asked to log in."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, get_user
from django.contrib.auth import middleware as auth
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions import middleware
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from apps.web.requests import client_ip

from .forms.login import LoginForm
from .services import interrupted_forms
from .sessions import SessionStore


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's; another engine than ours (``SESSION_ENGINE``) is told nothing."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if isinstance(request.session, SessionStore):
            agent = request.headers.get("User-Agent", "")
            request.session.comes_from(client_ip(request), agent)

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
    """Django's; the user comes with the session, by the same statement."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: user_of(request))  # type: ignore[assignment]  # as Django does


def user_of(request: HttpRequest) -> User | AnonymousUser:
    """Return who is logged in; who is not active, or has another password now, isn't.

    Whatever needs more than a look, such as a key that has been replaced, is Django's.
    """
    session = request.session
    user = session.user if isinstance(session, SessionStore) else None
    if user is not None and user.is_active and _is_verified(session, user):
        return user
    return get_user(request)


def _is_verified(session: SessionBase, user: User) -> bool:
    known_by = session.get(BACKEND_SESSION_KEY)
    return known_by in settings.AUTHENTICATION_BACKENDS and constant_time_compare(
        session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()
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
