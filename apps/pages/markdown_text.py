"""Render Markdown; imports no Django apps, so that a limited process can use it."""

import markdown
from django.utils.html import linebreaks
from django.utils.safestring import SafeString

from . import markup

# The maximum length of a page.
LONGEST = 100_000


def render(data: bytes) -> str:
    """Return Markdown as HTML; raise RecursionError if it is nested too deeply."""
    html = markdown.markdown(
        data.decode(),
        extensions=["tables", "fenced_code", "sane_lists", "def_list"],
        output_format="html",
    )
    return markup.article(html)


def render_or_escape(text: str) -> SafeString:
    """Return Markdown as HTML, or escaped if it is nested too deeply.

    The form rejects such a text, but it may have been stored otherwise.
    """
    try:
        return SafeString(render(text.encode()))
    except RecursionError:
        return SafeString(linebreaks(text, autoescape=True))
