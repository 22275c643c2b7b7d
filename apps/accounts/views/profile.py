"""The profile: details, email address, SSH keys."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from apps.auditlog.actor import acting
from apps.web import rate_limit
from apps.web.requests import UserRequest

from .. import ssh_public_keys
from ..forms.profile import KeysForm, MailForm, ProfileForm
from ..models import SshKey
from ..services import email_change, profiles, ssh_keys


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: UserRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "accounts/profile.html", _page(request))
    form = ProfileForm(request.POST, user=request.user)
    if not form.is_valid():
        return _with_errors(request, profile_form=form)
    if profiles.change(acting(request), form.cleaned_data):
        request.user.refresh_from_db()
        profiles.note_change(request, request.user)
        messages.success(request, _("Your profile was changed."))
    else:
        messages.info(request, _("No changes to save."))
    return redirect("accounts:profile")


@require_POST
def greeted(request: UserRequest) -> HttpResponse:
    """End the greeting for good."""
    profiles.stop_greeting(request, request.user)
    return redirect("ganeti:instance-list")


# -- SSH keys


@sensitive_post_parameters("keys")
@require_POST
def keys_add(request: UserRequest) -> HttpResponse:
    form = KeysForm(request.POST, user=request.user)
    rate_limit.enforce("ssh-key-add", account=request.user.get_username())
    if form.discard_secrets() or not form.is_valid():
        return _with_errors(request, keys_form=form)
    added = ssh_keys.add(acting(request), form.lines)
    profiles.note_change(request, request.user)
    text = ngettext("%(n)d key was added.", "%(n)d keys were added.", len(added))
    messages.success(request, text % {"n": len(added)})
    if duplicates := form.describe_duplicates():
        messages.warning(request, " ".join(duplicates))
    return redirect(resolve_url("accounts:profile") + "#keys")


@require_http_methods(["GET", "HEAD", "POST"])
def key_delete(request: UserRequest, key_id: int) -> HttpResponse:
    key = get_object_or_404(SshKey, pk=key_id, owner=request.user)
    if request.method != "POST":
        name, md5 = ssh_keys.name_of(key), ssh_public_keys.md5_of(key.key)
        context = {"key": key, "name": name, "md5": md5}
        return render(request, "accounts/key_delete.html", context)
    ssh_keys.delete(acting(request), key)
    messages.success(
        request, _("The key %(name)s was deleted.") % {"name": ssh_keys.name_of(key)}
    )
    return redirect(resolve_url("accounts:profile") + "#keys")


# -- email address


@sensitive_post_parameters("password")
@require_POST
def mail_ask(request: UserRequest) -> HttpResponse:
    form = MailForm(request.POST, request=request)
    if not form.is_valid():
        return _with_errors(request, mail_form=form)
    address = form.cleaned_data["address"]
    account = request.user.get_username()
    rate_limit.enforce("mail-change", account=account)
    # A flooded mailbox gets no link; the response doesn't tell.
    wait_s = rate_limit.hit("mail-change", mailbox=address)
    email_change.request_change(acting(request), address, with_link=not wait_s)
    text = _("We've sent a link to %(address)s. Your address changes when you open it.")
    messages.success(request, text % {"address": address})
    return redirect("accounts:profile")


@require_POST
def mail_cancel(request: UserRequest) -> HttpResponse:
    email_change.cancel(acting(request))
    messages.success(
        request, _("Your address stays the same. The link no longer works.")
    )
    return redirect("accounts:profile")


@require_http_methods(["GET", "HEAD", "POST"])
def mail_change(request: UserRequest, key: str) -> HttpResponse:
    """Show what the link in an email changes; a POST changes it."""
    change = email_change.get_pending(request.user, key)
    if change is None:
        return _link_invalid(request)
    if request.method != "POST":
        return render(request, "accounts/mail_change.html", {"change": change})
    try:
        email_change.confirm(acting(request), change)
    except email_change.LinkInvalid:
        return _link_invalid(request)
    text = _("Your email address is now %(address)s.")
    messages.success(request, text % {"address": change.address})
    return redirect("accounts:profile")


def _link_invalid(request: UserRequest) -> HttpResponse:
    return render(request, "accounts/mail_change_void.html", status=404)


# -- the page


def _with_errors(request: UserRequest, **forms: Any) -> HttpResponse:
    page = _page(request, **forms)
    return render(request, "accounts/profile.html", page, status=400)


def _page(request: UserRequest, **forms: Any) -> dict[str, Any]:
    """Return the context of the page; ``forms`` are forms with errors."""
    user = request.user
    change = email_change.pending(user)
    return {
        "profile_form": ProfileForm(user=user),
        "mail_form": MailForm(request=request),
        "keys_form": KeysForm(user=user),
        "keys": ssh_keys.rows_of(user),
        "groups": user.groups.order_by("name"),
        "change": change,
        "expires_at": email_change.expires_at(change) if change else None,
        **forms,
    }
