"""App configuration: handlers, labels, navigation, chores and signals."""

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save, pre_save
from django.utils.translation import gettext_lazy as _

from apps.web import navigation, page_actions
from apps.work import chores


class GanetiConfig(AppConfig):
    name = "apps.ganeti"
    verbose_name = _("Ganeti")

    def ready(self) -> None:
        from apps.auditlog import labels, outcomes  # noqa: PLC0415 - needs loaded models
        from apps.web import search  # noqa: PLC0415 - needs the models

        from .display.audit_outcomes import Ganeti  # noqa: PLC0415
        from .display.labels import ACTIONS, REQUESTS  # noqa: PLC0415
        from .images import fetching  # noqa: PLC0415
        from .navigation import ENTRIES  # noqa: PLC0415
        from .page_actions import ACTIONS as PAGE_ACTIONS  # noqa: PLC0415
        from .search import PROVIDERS  # noqa: PLC0415
        from .services import (  # noqa: F401, PLC0415 - register job handlers
            cancellation,
            confirmation,
            failure_mail,
            maintenance,
            needs_reboot,
            owners,
            restrictions,
        )
        from .state import owner_names  # noqa: PLC0415

        outcomes.register(Ganeti())
        labels.register(ACTIONS)
        labels.register(REQUESTS)
        labels.register(cancellation.LABELS)
        navigation.register(*ENTRIES)
        search.register(*PROVIDERS)
        page_actions.register(*PAGE_ACTIONS)
        chores.register("images", fetching.fetch_due, every_s=fetching.LOOK_EVERY_S)
        chores.register("lifted maintenances", maintenance.forget_lifted, every_s=300)
        chores.register("old requests", confirmation.delete_old, every_s=chores.DAILY_S)
        for signal, receiver in (
            (pre_save, owner_names.handle_pre_save),
            (post_save, owner_names.handle_post_save),
            (post_delete, owner_names.handle_post_delete),
        ):
            uid = "apps.ganeti.state.owner_names"
            signal.connect(receiver, sender="ganeti.Cluster", dispatch_uid=uid)
