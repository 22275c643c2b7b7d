"""Times in templates."""

from datetime import datetime

from django import template
from django.utils.safestring import SafeString

from .. import times

register = template.Library()


@register.filter
def ago(at: datetime | None) -> SafeString:
    return times.element(at)


@register.filter
def day_and_time(at: datetime) -> str:
    return times.day_and_time(at)
