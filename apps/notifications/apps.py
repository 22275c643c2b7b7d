"""The app of notifications."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from apps.web import navigation, page_actions
from apps.work import chores


class NotificationsConfig(AppConfig):
    name = "apps.notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        from apps.auditlog import labels  # noqa: PLC0415 - models are there

        from . import sending  # noqa: PLC0415
        from .navigation import ENTRIES  # noqa: PLC0415
        from .page_actions import ACTIONS  # noqa: PLC0415

        labels.register(sending.ACTIONS)
        navigation.register(*ENTRIES)
        page_actions.register(*ACTIONS)
        chores.register("notifications", sending.run, every_s=sending.LOOK_EVERY_S)
