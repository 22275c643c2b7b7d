"""Times in templates."""

from datetime import datetime

from django import template
from django.utils.safestring import SafeString

from .. import moments

register = template.Library()


@register.filter
def ago(at: datetime | None) -> SafeString:
    return moments.element(at)


@register.filter
def day_and_time(at: datetime) -> str:
    return moments.day_and_time(at)
