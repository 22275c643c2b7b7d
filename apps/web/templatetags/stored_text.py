"""Filter that translates text stored in English into the reader's language."""

from django import template
from django.template.defaultfilters import stringfilter

from .. import stored_text

register = template.Library()


@register.filter
@stringfilter
def translated(text: str) -> str:
    return stored_text.translate(text)
