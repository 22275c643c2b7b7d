"""The app of people."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        self._ready_for_entry()

    def _ready_for_entry(self) -> None:
        from django.contrib import admin  # noqa: PLC0415 - models are there
        from registration.models import RegistrationProfile  # noqa: PLC0415

        from apps.auditlog import actions  # noqa: PLC0415

        from . import passwords, registration, sessions  # noqa: PLC0415

        actions.name(
            {
                passwords.CHANGED: pgettext_lazy("action", "Change the password"),
                passwords.RESET: pgettext_lazy("action", "Set a new password by mail"),
                registration.APPROVED: pgettext_lazy("action", "Approve an account"),
                registration.REFUSED: pgettext_lazy("action", "Refuse an account"),
                sessions.ENDED: pgettext_lazy("action", "End sessions"),
            }
        )
        post_save.connect(
            _end_sessions, sender="auth.User", dispatch_uid="apps.accounts.sessions"
        )
        # Its actions would let people in without a decision; ours has a page.
        if admin.site.is_registered(RegistrationProfile):
            admin.site.unregister(RegistrationProfile)


def _end_sessions(instance: Any, **_others: Any) -> None:
    """End the sessions of whoever was deactivated."""
    from . import sessions  # noqa: PLC0415 - models are there

    if not instance.is_active:
        sessions.end_all(instance)
