"""App config of the project itself."""

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_noop

# The default of BRANDING's motto: settings cannot mark what is to be translated.
MOTTO = gettext_noop("Virtual machines on Ganeti")


class GanetimgrConfig(AppConfig):
    name = "ganetimgr"

    def ready(self) -> None:
        from ganetimgr import deployment  # noqa: PLC0415 - now
        from ganetimgr.settings.checks import check_settings  # noqa: PLC0415 - now

        checks.register(check_settings)
        deployment.register_checks()
