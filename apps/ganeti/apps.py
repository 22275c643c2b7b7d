"""The app of clusters and what lives on them."""

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save, pre_save
from django.utils.translation import gettext_lazy as _


class GanetiConfig(AppConfig):
    name = "apps.ganeti"
    verbose_name = _("Ganeti")

    def ready(self) -> None:
        from apps.auditlog import actions, subject  # noqa: PLC0415 - models are there

        from . import owner_names, words  # noqa: PLC0415
        from .history import Instances  # noqa: PLC0415
        from .services import (  # noqa: PLC0415 - handlers of jobs
            bad_news,  # noqa: F401
            marking,  # noqa: F401
            owners,  # noqa: F401
            reboots,  # noqa: F401
            requests,  # noqa: F401
            steps,  # noqa: F401
        )

        subject.register(Instances())
        actions.name(words.ACTIONS)
        actions.name(words.REQUESTS)
        for signal, receiver in (
            (pre_save, owner_names.follow_saving),
            (post_save, owner_names.follow_saved),
            (post_delete, owner_names.follow_deleted),
        ):
            uid = "apps.ganeti.owner_names"
            signal.connect(receiver, sender="ganeti.Cluster", dispatch_uid=uid)
