"""App configuration of background work."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from . import chores


class WorkConfig(AppConfig):
    name = "apps.work"
    verbose_name = _("Background tasks")

    def ready(self) -> None:
        from . import failures  # noqa: PLC0415 - needs the models

        chores.register("old failures", failures.forget, every_s=chores.DAILY_S)
