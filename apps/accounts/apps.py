"""Configuration of the accounts app."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_delete, post_save, pre_save
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.web import navigation


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from apps.auditlog import labels  # noqa: PLC0415 - models are there
        from apps.web import search  # noqa: PLC0415 - needs the models

        from .navigation import ENTRIES  # noqa: PLC0415
        from .search import PROVIDERS  # noqa: PLC0415

        labels.register(_actions())
        navigation.register(*ENTRIES)
        search.register(*PROVIDERS)
        user_logged_in.connect(_note_log_in, dispatch_uid="apps.accounts.profiles")
        post_save.connect(
            _end_sessions, sender="auth.User", dispatch_uid="apps.accounts.sessions"
        )
        _connect_user_and_group_signals()
        _unregister_registrations()


def _connect_user_and_group_signals() -> None:
    """Update mailboxes when users are saved, reserve names when they are deleted."""
    from .services import mailboxes, names  # noqa: PLC0415 - models are there

    pre_save.connect(
        mailboxes.check,
        sender="auth.User",
        dispatch_uid="apps.accounts.mailboxes",
    )
    post_save.connect(
        mailboxes.follow,
        sender="auth.User",
        dispatch_uid="apps.accounts.mailboxes",
    )
    for sender in ("auth.User", "auth.Group"):
        post_delete.connect(
            names.reserve_deleted,
            sender=sender,
            dispatch_uid=f"apps.accounts.names.{sender}",
        )


def _actions() -> dict[str, Any]:
    """Return the labels of the actions that this app records."""
    from . import sessions  # noqa: PLC0415 - models are there
    from .services import email_change, passwords, profiles, registration, ssh_keys  # noqa: PLC0415 - models are there

    return {
        profiles.CHANGED: pgettext_lazy("action", "Change the profile"),
        email_change.REQUESTED: pgettext_lazy("action", "Request a new email address"),
        email_change.CHANGED: pgettext_lazy("action", "Change the email address"),
        email_change.CANCELLED: pgettext_lazy("action", "Keep the old email address"),
        ssh_keys.ADDED: pgettext_lazy("action", "Add SSH keys"),
        ssh_keys.DELETED: pgettext_lazy("action", "Delete an SSH key"),
        passwords.CHANGED: pgettext_lazy("action", "Change the password"),
        passwords.RESET: pgettext_lazy("action", "Reset the password"),
        passwords.SET_BY_STAFF: pgettext_lazy("action", "Set a user's password"),
        registration.APPROVED: pgettext_lazy("action", "Approve an account"),
        registration.REFUSED: pgettext_lazy("action", "Reject an account"),
        sessions.ENDED: pgettext_lazy("action", "End sessions"),
    }


def _unregister_registrations() -> None:
    """Remove registrations from the admin.

    Its actions would activate accounts without a decision.
    """
    from django.contrib import admin  # noqa: PLC0415 - models are there
    from registration.models import RegistrationProfile  # noqa: PLC0415

    if admin.site.is_registered(RegistrationProfile):
        admin.site.unregister(RegistrationProfile)


def _note_log_in(request: Any, user: Any, **_signal: Any) -> None:
    from .services import profiles  # noqa: PLC0415 - models are there

    profiles.note_log_in(request, user)


def _end_sessions(instance: Any, **_signal: Any) -> None:
    """End the sessions of a deactivated user."""
    from . import sessions  # noqa: PLC0415 - models are there

    if not instance.is_active:
        sessions.end_all(instance)
