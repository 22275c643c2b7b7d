"""How letters show texts of several lines that people, or Ganeti, wrote."""

from django import template

from ..one_line import quote

register = template.Library()


@register.filter
def quoted(text: object) -> str:
    """Quote a text line by line; in a letter it is folded, but knows its lines."""
    return quote(str(getattr(text, "original", text)))
