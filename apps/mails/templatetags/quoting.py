"""Filter that shows multi-line text by users or Ganeti in emails."""

from django import template

from ..one_line import quote

register = template.Library()


@register.filter
def quoted(text: object) -> str:
    """Quote a text line by line.

    Values in emails are folded into one line; use the original text if there is one.
    """
    return quote(str(getattr(text, "original", text)))
