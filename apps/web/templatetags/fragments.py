"""Tags that put fragments into a page (`apps.web.fragments`).

``{% fragment "_menu.html" language=language name=user.username|varying %}``

Where there are many values, mappings made in Python go first, with `Varying` in them:
``{% fragment "_facts.html" machine.facts_values staff=staff %}``.

Parts of the page itself are varying values, too:
``{% part "body" %}…{% endpart %}{% fragment "_card.html" parts staff=staff %}``.
"""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString

from apps.web import fragments

register = template.Library()


@register.simple_tag
def fragment(
    template_name: str, /, *mappings: Mapping[str, Any], **named: Any
) -> SafeString:
    """Render a fragment of these values alone."""
    values: dict[str, Any] = {}
    for mapping in mappings:
        values = {**values, **mapping}
    return fragments.render(template_name, {**values, **named})


@register.simple_block_tag(takes_context=True)
def part(context: template.Context, content: str, name: str) -> str:
    """Keep a part of the page, without white space around it, in ``parts``."""
    if "parts" not in context:
        context["parts"] = {}
    context["parts"][name] = fragments.Varying(SafeString(content.strip()))
    return ""


@register.filter
def varying(value: Any) -> fragments.Varying:
    """Mark a value of a fragment as one that differs from page to page."""
    return fragments.Varying(value)
