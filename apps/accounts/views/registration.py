"""Views to register, confirm the email address, and decide on registrations."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from apps.auditlog.actor import acting
from apps.web import rate_limit
from apps.web.requests import client_ip

from .. import captcha
from ..access import may_decide_registrations
from ..forms.registration import TAKEN, DecisionForm, PasswordForm, RegistrationForm
from ..person import person_of
from ..services import mailboxes
from ..services import registration as registrations
from ..services.registration import Registration, Standing

# Statuses of links without effect.
STATUSES = {Standing.UNKNOWN: 404, Standing.EXPIRED: 410, Standing.REFUSED: 410}


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponseBase:
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    data = request.POST if request.method == "POST" else None
    address = client_ip(request)
    form = RegistrationForm(data, remote=address)
    if data is not None:
        rate_limit.enforce("registration", address=address)
    if form.is_valid():
        # A mailbox flooded by strangers gets no more emails, but can still register.
        wait_s = rate_limit.hit("registration", mailbox=form.cleaned_data["email"])
        if _try_to_register(form, with_mail=not wait_s):
            return redirect("accounts:registered")
    return _registration_page(request, form)


def _registration_page(request: HttpRequest, form: RegistrationForm) -> HttpResponse:
    status = 400 if form.is_bound else 200
    context = {"form": form, "captcha_key": settings.RECAPTCHA_PUBLIC_KEY}
    context["captcha_script"] = captcha.script()
    response = render(request, "accounts/register.html", context, status=status)
    if settings.RECAPTCHA_PUBLIC_KEY:
        response._csp_update = captcha.sources()  # type: ignore[attr-defined]
    return response


def _try_to_register(form: RegistrationForm, *, with_mail: bool) -> bool:
    try:
        registrations.register(form.applicant(), with_mail=with_mail)
    except IntegrityError:  # the name was free a moment ago
        form.add_error("username", TAKEN)
        return False
    return True


@login_not_required
@require_safe
def registered(request: HttpRequest) -> HttpResponse:
    """Explain what comes next; the same whether the address has an account or not."""
    days = settings.ACCOUNT_ACTIVATION_DAYS
    return render(request, "accounts/registered.html", {"days": days})


@login_not_required
@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """Show what the link confirms, or why it has no effect; a POST confirms it."""
    registration = registrations.by_key(key)
    context: dict[str, Any] = {
        "registration": registration,
        "days": settings.ACCOUNT_ACTIVATION_DAYS,
    }
    status = STATUSES.get(registration.standing, 200)
    if (
        registration.standing is Standing.UNCONFIRMED
        and registration.unconfirmed is not None
    ):
        data = request.POST if request.method == "POST" else None
        form = PasswordForm(data, registration=registration.unconfirmed)
        if form.is_valid() and _try_to_confirm(form, registration):
            return redirect("accounts:confirm", key)
        context["form"] = form
        status = 400 if form.errors else 200
    elif request.method == "POST":
        return redirect("accounts:confirm", key)
    return render(request, "accounts/confirm.html", context, status=status)


def _try_to_confirm(form: PasswordForm, registration: Registration) -> bool:
    try:
        registrations.confirm(registration, form.cleaned_data["password"])
    except IntegrityError:
        form.add_error(
            None,
            _(
                "This user name or email address has been registered in the meantime. "
                "If it was you, log in; otherwise register with a different one."
            ),
        )
        return False
    return True


@require_safe
def applicants(request: HttpRequest) -> HttpResponse:
    _require_right_to_decide(request)
    context = {"waiting": registrations.waiting()}
    return render(request, "accounts/applicants.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, number: int) -> HttpResponse:
    _require_right_to_decide(request)
    registration = registrations.by_number(number)
    claim = registration.claim
    data = request.POST if request.method == "POST" else None
    form = DecisionForm(data, claim=claim)
    if form.is_valid():
        _decide(request, registration, form)
        return redirect("accounts:decide", number)
    status = STATUSES.get(registration.standing, 200) if data is None else 400
    context = {
        "registration": registration,
        "form": form,
        "claim": claim,
        "others": _other_holders(registration),
    }
    return render(request, "accounts/decide.html", context, status=status)


def _require_right_to_decide(request: HttpRequest) -> None:
    if not may_decide_registrations(person_of(request)):
        raise Http404(_("Page not found."))


def _decide(
    request: HttpRequest, registration: Registration, form: DecisionForm
) -> None:
    name = registration.user.username if registration.user else ""
    if form.cleaned_data["decision"] == "approve":
        is_decided = registrations.approve(registration, by=acting(request))
        text = _("The account of %(name)s was approved. An email has been sent.")
    else:
        reason = form.cleaned_data["reason"]
        is_decided = registrations.refuse(registration, reason, by=acting(request))
        text = _("The registration of %(name)s was rejected. An email has been sent.")
    if is_decided:
        messages.success(request, text % {"name": name})
    else:
        messages.warning(request, _("Nothing was done. See below."))


def _other_holders(registration: Registration) -> list[User]:
    """Return other users with the applicant's email address."""
    if registration.user is None:
        return []
    return list(
        mailboxes.holders(registration.user.email).exclude(pk=registration.user.pk)
    )
