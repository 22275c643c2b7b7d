"""What we keep about a person beside Django's own user."""

from django.conf import settings
from django.db import models


class Preferences(models.Model):
    """How somebody likes the pages; made when first changed."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="preferences"
    )
    instance_columns = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return str(self.user)
