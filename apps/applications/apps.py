"""The app of applications for instances."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from apps.web import navigation


class ApplicationsConfig(AppConfig):
    name = "apps.applications"
    verbose_name = _("Applications")

    def ready(self) -> None:
        from apps.auditlog import labels, outcomes  # noqa: PLC0415 - models are there
        from apps.ganeti.reads import hostnames  # noqa: PLC0415
        from apps.web import search  # noqa: PLC0415 - needs the models

        from .display.audit_outcomes import Applications  # noqa: PLC0415
        from .models import InstanceApplication  # noqa: PLC0415
        from .navigation import ENTRIES  # noqa: PLC0415
        from .search import PROVIDERS  # noqa: PLC0415
        from .services import build_outcomes, filing, reviewing  # noqa: PLC0415

        hostnames.register(InstanceApplication.objects.speak_for)
        outcomes.register(Applications())
        labels.register({**filing.ACTIONS, **reviewing.ACTIONS})
        build_outcomes.register()
        navigation.register(*ENTRIES)
        search.register(*PROVIDERS)
