"""The project itself, as far as Django needs to know it."""

from django.apps import AppConfig
from django.core import checks


class GanetimgrConfig(AppConfig):
    name = "ganetimgr"

    def ready(self) -> None:
        from ganetimgr.settings.checks import check_settings  # noqa: PLC0415 - now

        checks.register(check_settings)
