"""Logging in and out; language and colours, with or without an account."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout as end_session
from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language as choose_language

from .. import colour_mode, contact
from ..forms.login import LoginForm
from ..services import interrupted_forms

A_YEAR = 365 * 24 * 3600
_NO_ADDRESS = _(
    "Your account has no email address, so you can't receive email about your "
    "machines. Add one to your profile."
)


class LoginView(views.LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_invalid(self, form: LoginForm) -> HttpResponse:  # type: ignore[override]
        """Answer 429 after too many attempts."""
        response = super().form_invalid(form)
        if form.wait_s:
            response.status_code = 429
            response["Retry-After"] = str(form.wait_s)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sealed = self.request.POST.get("interrupted", "")
        form = interrupted_forms.Form.unseal(sealed)
        return super().get_context_data(interrupted=sealed if form else "", **kwargs)

    def form_valid(  # type: ignore[override]  # a page, or the way to one
        self, form: AuthenticationForm
    ) -> HttpResponseBase:
        """Log in; show the form that was submitted before, to be submitted again."""
        response: HttpResponseBase = super().form_valid(form)
        user = form.get_user()
        if not user.email:
            messages.warning(self.request, _NO_ADDRESS)
        sent = interrupted_forms.Form.unseal(self.request.POST.get("interrupted", ""))
        if sent is not None and sent.is_of(user):
            context = {"interrupted": sent}
            response = render(self.request, "accounts/interrupted.html", context)
        interrupted_forms.remember(response, user)
        return response


@login_not_required
@require_safe
def admin_login(request: HttpRequest) -> HttpResponse:
    """Redirect from the admin's login to our own, which is throttled."""
    if request.user.is_authenticated and not getattr(request.user, "is_staff", False):
        raise PermissionDenied
    query = urlencode({"next": request.GET.get("next") or reverse("admin:index")})
    return redirect(f"{reverse('accounts:login')}?{query}")


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    end_session(request)
    return redirect("accounts:login")


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    chosen = request.POST.get("language", "")
    if isinstance(request.user, User) and chosen in dict(settings.LANGUAGES):
        contact.remember_language(request.user, chosen)
    return choose_language(request)


@login_not_required
@require_POST
def set_colours(request: HttpRequest) -> HttpResponse:
    """Set the colour mode, in a cookie."""
    response = redirect(_back(request))
    chosen = request.POST.get("colours", "")
    if chosen in colour_mode.CHOICES:
        # Read by the script that resolves "auto" before the page is drawn.
        response.set_cookie(colour_mode.COOKIE, chosen, A_YEAR, samesite="Lax")
    return response


def _back(request: HttpRequest) -> str:
    address = request.POST.get("next") or request.headers.get("Referer", "")
    is_safe = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if is_safe else resolve_url("ganeti:instance-list")
