"""``{% fragment "_menu.html" language=language name=user.username|varying %}``."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from apps.web import fragments

register = template.Library()


@register.simple_tag
def fragment(template_name: str, **values: Any) -> SafeString:
    """Put a fragment, made of these values alone (`apps.web.fragments`)."""
    return fragments.render(template_name, values)


@register.filter
def varying(value: Any) -> fragments.Varying:
    """Mark a value of a fragment as one that differs from page to page."""
    return fragments.Varying(value)
