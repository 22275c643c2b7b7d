"""App configuration of pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from apps.work import chores


class PagesConfig(AppConfig):
    name = "apps.pages"
    verbose_name = _("Pages")

    def ready(self) -> None:
        from django.core import checks  # noqa: PLC0415 - now

        from . import news  # noqa: PLC0415 - needs the models
        from .analytics import check_snippet  # noqa: PLC0415

        checks.register(check_snippet)
        chores.register("news", news.refresh, every_s=news.LOOK_EVERY_S)
