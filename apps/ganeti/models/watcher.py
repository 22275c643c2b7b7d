"""Heartbeats of running watchers."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone


class WatcherBeat(models.Model):
    """Heartbeat that a watcher renews while it runs."""

    name = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField(db_index=True)

    ALIVE = timedelta(seconds=15)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def newest(cls) -> datetime | None:
        """Return the time of the latest heartbeat of any watcher."""
        newest = cls.objects.order_by("-beat_at").first()
        return newest.beat_at if newest else None

    @classmethod
    def is_alive(cls) -> bool:
        """Return whether a watcher runs."""
        newest = cls.newest()
        return newest is not None and timezone.now() - newest <= cls.ALIVE
