"""Rows: where images are listed, and what was listed there last."""

from django.db import models
from django.utils import timezone


class ImageSource(models.Model):
    """What a source of images gave last, and whose turn it is to ask it.

    ``key`` stands for all settings that shape what is read there. ``images`` are the
    last good answer and stay when the source breaks.
    """

    key = models.CharField(max_length=64, unique=True)
    url = models.TextField()
    images = models.JSONField(default=list)
    # What is wrong with single files there: pairs of a name and the reason.
    problems = models.JSONField(default=list)
    fetched_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(default=timezone.now)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    holder = models.CharField(max_length=64, blank=True)
    leased_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.url
