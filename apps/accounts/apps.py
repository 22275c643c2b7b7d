"""The app of people."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from apps.auditlog import actions  # noqa: PLC0415 - models are there

        from . import keyring, mailchange, profiles  # noqa: PLC0415

        actions.name(
            {
                profiles.CHANGED: pgettext_lazy("action", "Change the profile"),
                mailchange.ASKED: pgettext_lazy("action", "Ask for a new mail address"),
                mailchange.CHANGED: pgettext_lazy("action", "Change the mail address"),
                mailchange.CANCELLED: pgettext_lazy(
                    "action", "Keep the mail address after all"
                ),
                keyring.ADDED: pgettext_lazy("action", "Add SSH keys"),
                keyring.DELETED: pgettext_lazy("action", "Delete an SSH key"),
            }
        )
        user_logged_in.connect(_note_log_in, dispatch_uid="apps.accounts.profiles")


def _note_log_in(request: Any, user: Any, **_others: Any) -> None:
    from . import profiles  # noqa: PLC0415 - models are there

    profiles.note_log_in(request, user)
