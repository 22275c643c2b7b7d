"""The app that remembers who did what."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditlogConfig(AppConfig):
    name = "apps.auditlog"
    verbose_name = _("Audit log")
