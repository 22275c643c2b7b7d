"""Image sources and their last fetched lists."""

from django.db import models
from django.utils import timezone


class ImageSource(models.Model):
    """The last list of an image source, and the lease for fetching it.

    ``key`` identifies all settings that affect what is read there. ``images`` is the
    last valid list, kept while the source fails.
    """

    key = models.CharField(max_length=64, unique=True)
    url = models.TextField()
    images = models.JSONField(default=list)
    # Problems with single files there: pairs of name and reason.
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
