"""The app of the audit log."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from apps.web import navigation
from apps.work import chores

from .navigation import HISTORY


class AuditlogConfig(AppConfig):
    name = "apps.auditlog"
    verbose_name = _("Audit log")

    def ready(self) -> None:
        from . import digest  # noqa: PLC0415 - models are there

        navigation.register(HISTORY)
        chores.register("refusals", digest.send, every_s=digest.LOOK_EVERY_S)
