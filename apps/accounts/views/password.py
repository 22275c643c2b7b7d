"""Views to change and to reset a password."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash, views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from apps.auditlog.actor import acting
from apps.auditlog.entries import Acting
from apps.web import rate_limit
from apps.web.requests import client_ip

from ..forms.login import ChangeForm, NewPasswordForm, ResetForm
from ..services import login_throttle, passwords


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    by = acting(request)
    if not passwords.is_local(by.user):
        return render(request, "accounts/password_elsewhere.html", status=403)
    form = ChangeForm(by.user, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 400 if form.is_bound else 200
        context = {"form": form}
        return render(request, "accounts/password_change.html", context, status=status)
    form.save()
    update_session_auth_hash(request, by.user)
    request.session.save()
    passwords.notify_change(by, passwords.CHANGED, keep=request.session.session_key)
    messages.success(
        request, _("Your password was changed. Your other sessions have ended.")
    )
    return redirect("accounts:password-change")


@require_safe
def admin_password_change(_request: HttpRequest) -> HttpResponse:
    """Redirect from the admin's page to our own, which is throttled."""
    return redirect("accounts:password-change")


@method_decorator(login_not_required, name="dispatch")
class ResetView(views.PasswordResetView):
    http_method_names = ["get", "head", "post"]
    template_name = "accounts/password_reset.html"
    form_class = ResetForm
    success_url = reverse_lazy("accounts:password-reset-sent")

    def form_valid(self, form: ResetForm) -> HttpResponse:
        """Limit the emails; the response is always the same."""
        wait_s = rate_limit.hit(
            "password-reset",
            address=client_ip(self.request),
            mailbox=form.cleaned_data["email"],
        )
        if wait_s:
            return redirect(self.get_success_url())
        return super().form_valid(form)


@login_not_required
@require_safe
def reset_sent(request: HttpRequest) -> HttpResponse:
    """Say that an email was sent; the same whether or not there was a user."""
    return render(request, "accounts/password_reset_sent.html")


@method_decorator(login_not_required, name="dispatch")
class NewPasswordView(views.PasswordResetConfirmView):
    http_method_names = ["get", "head", "post"]
    template_name = "accounts/password_new.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("accounts:login")

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> Any:
        """Answer 410 for an invalid link."""
        if not context["validlink"]:
            kwargs["status"] = 410
        return super().render_to_response(context, **kwargs)

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:
        response = super().form_valid(form)
        by = Acting(form.user, client_ip(self.request))
        passwords.notify_change(by, passwords.RESET, keep=None)
        login_throttle.forget(form.user, by.address)
        messages.success(self.request, _("Your password was set. You can now log in."))
        return response
