"""The app of clusters and what lives on them."""

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
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
        post_save.connect(
            owner_names.follow_saved,
            sender="ganeti.Cluster",
            dispatch_uid="apps.ganeti.owner_names",
        )
        post_delete.connect(
            owner_names.follow_deleted,
            sender="ganeti.Cluster",
            dispatch_uid="apps.ganeti.owner_names",
        )
