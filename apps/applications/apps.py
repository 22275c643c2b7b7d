"""The app of applications for instances."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApplicationsConfig(AppConfig):
    name = "apps.applications"
    verbose_name = _("Applications")

    def ready(self) -> None:
        from . import outcomes  # noqa: PLC0415 - models are there

        outcomes.register()
