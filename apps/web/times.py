"""Format times for users: short, relative, in their language."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
NONE = timedelta()


def ago(at: datetime, now: datetime | None = None) -> str:
    """Return how long ago it was: "4 min ago", "2 days ago", or the date."""
    passed = int(((now or timezone.now()) - at) / timedelta(seconds=1))
    if passed < 5:
        return _("just now")
    if passed < _MINUTE:
        return _("%(count)d s ago") % {"count": passed}
    if passed < _HOUR:
        count = passed // _MINUTE
        text = ngettext("%(count)d min ago", "%(count)d min ago", count)
        return text % {"count": count}
    if passed < _DAY:
        count = passed // _HOUR
        text = ngettext("%(count)d h ago", "%(count)d h ago", count)
        return text % {"count": count}
    days = passed // _DAY
    if days < 31:
        return ngettext("%(count)d day ago", "%(count)d days ago", days) % {
            "count": days
        }
    return date_format(localtime(at), "DATE_FORMAT")


def exact(at: datetime) -> str:
    """Format a time to the second, with its zone."""
    return _written(at, "%H:%M:%S %Z")


def day_and_time(at: datetime) -> str:
    """Format a time to the minute, with its zone."""
    return _written(at, "%H:%M %Z")


def _written(at: datetime, time: str) -> str:
    local = localtime(at)
    return f"{date_format(local, 'DATE_FORMAT')}, {local.strftime(time)}"


def element(at: datetime | None) -> SafeString:
    """Return a ``<time>`` element that is relative, with the exact time as title."""
    if at is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact(at), ago(at)
    )


def duration(length: timedelta) -> str:
    """Write a length of time in at most two units: "0.4 s", "2 h 10 min"."""
    seconds = length / timedelta(seconds=1)
    if seconds < 10:
        return _("%(n)s s") % {"n": number_format(round(seconds, 1), 1)}
    total = int(seconds)
    if total < _MINUTE:
        return _("%(n)s s") % {"n": total}
    if total < _HOUR:
        parts = {"min": total // _MINUTE, "s": total % _MINUTE}
        return _("%(min)d min %(s)d s") % parts
    if total < _DAY:
        parts = {"h": total // _HOUR, "min": total % _HOUR // _MINUTE}
        return _("%(h)d h %(min)d min") % parts
    parts = {"d": total // _DAY, "h": total % _DAY // _HOUR}
    return _("%(d)d d %(h)d h") % parts
