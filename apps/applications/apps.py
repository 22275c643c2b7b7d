"""The app of applications for instances."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApplicationsConfig(AppConfig):
    name = "apps.applications"
    verbose_name = _("Applications")

    def ready(self) -> None:
        from apps.auditlog import actions  # noqa: PLC0415 - models are there
        from apps.ganeti.reads import hostnames  # noqa: PLC0415

        from . import filing, outcomes, reviewing  # noqa: PLC0415
        from .models import InstanceApplication  # noqa: PLC0415

        hostnames.register(InstanceApplication.objects.speak_for)
        actions.name({**filing.ACTIONS, **reviewing.ACTIONS})
        outcomes.register()
