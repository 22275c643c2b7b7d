"""What was said in English, in templates."""

from django import template

from .. import said as texts

register = template.Library()


@register.filter
def said(text: str) -> str:
    return texts.translate(text)
