"""``{% fragment "_menu.html" language=language name=user.username|varying %}``.

Where there are many values, a mapping made in Python goes first, with `Varying` in it:
``{% fragment "_facts.html" machine.facts_values staff=staff %}``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import template
from django.utils.safestring import SafeString

from apps.web import fragments

register = template.Library()

NO_VALUES: Mapping[str, Any] = MappingProxyType({})


@register.simple_tag
def fragment(
    template_name: str, values: Mapping[str, Any] = NO_VALUES, /, **named: Any
) -> SafeString:
    """Put a fragment, made of these values alone (`apps.web.fragments`)."""
    return fragments.render(template_name, {**values, **named})


@register.filter
def varying(value: Any) -> fragments.Varying:
    """Mark a value of a fragment as one that differs from page to page."""
    return fragments.Varying(value)
