"""Registers job handlers, as apps of the product do."""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class CountingConfig(AppConfig):
    name = "tests.system.counting"

    def ready(self) -> None:
        from apps.auditlog.models import AuditEntry  # noqa: PLC0415 - apps are ready
        from apps.ganeti.jobs.handlers import on_finished  # noqa: PLC0415
        from apps.ganeti.models import Job  # noqa: PLC0415

        def count(job: Job) -> None:
            broken = Path(settings.STATE_DIR) / "broken"
            if broken.exists() and broken.read_text() == job.target_name:
                raise ValueError(f"cannot handle {job}")
            AuditEntry.objects.create(action="counted", detail=str(job.pk))

        for kind in Job.Kind:
            on_finished(kind)(count)
