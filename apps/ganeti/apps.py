"""The app of clusters and what lives on them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GanetiConfig(AppConfig):
    name = "apps.ganeti"
    verbose_name = _("Ganeti")

    def ready(self) -> None:
        from apps.auditlog import subject  # noqa: PLC0415 - models are there now

        from .history import Instances  # noqa: PLC0415

        subject.register(Instances())
