"""The time zones of users, for times of maintenance."""

import zoneinfo
from contextlib import AbstractContextManager
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from .models import TimeZone


@cache
def names() -> tuple[str, ...]:
    """Return the names of all time zones of places, and UTC."""
    available = zoneinfo.available_timezones()
    places = (name for name in available if "/" in name and name[0].isupper())
    return ("UTC", *sorted(name for name in places if not name.startswith("Etc/")))


def of(user: User) -> str:
    """Return the zone that a user chose; empty for that of the site."""
    chosen = TimeZone.objects.filter(user=user).values_list("name", flat=True)
    return chosen.first() or ""


def choose(user: User, name: str) -> None:
    """Set the zone of a user; empty for that of the site. It must be in `names`."""
    if name:
        TimeZone.objects.update_or_create(user=user, defaults={"name": name})
    else:
        TimeZone.objects.filter(user=user).delete()


def override(name: str) -> AbstractContextManager[None]:
    """Show and read times in a zone; in that of the site if it is empty or unknown."""
    known = name if name in names() else settings.TIME_ZONE
    return timezone.override(ZoneInfo(known))
