"""The app of what the site says by itself."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "apps.pages"
    verbose_name = _("Pages")

    def ready(self) -> None:
        from django.core import checks  # noqa: PLC0415 - now

        from .analytics import check_snippet  # noqa: PLC0415

        checks.register(check_snippet)
