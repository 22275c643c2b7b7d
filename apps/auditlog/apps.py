"""The app that remembers who did what."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from apps.web import navigation

from .navigation import HISTORY


class AuditlogConfig(AppConfig):
    name = "apps.auditlog"
    verbose_name = _("Audit log")

    def ready(self) -> None:
        navigation.register(HISTORY)
