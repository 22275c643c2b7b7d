"""HTML of Markdown; knows no Django apps, so that a limited process can import it."""

import markdown
from django.utils.html import linebreaks
from django.utils.safestring import SafeString

from . import markup

# No page of an administrator's is longer.
LONGEST = 100_000


def render(data: bytes) -> str:
    """Return what is written in Markdown as HTML; raises RecursionError."""
    html = markdown.markdown(
        data.decode(),
        extensions=["tables", "fenced_code", "sane_lists", "def_list"],
        output_format="html",
    )
    return markup.article(html)


def render_or_escape(text: str) -> SafeString:
    """Return Markdown as HTML; as it is written where it is nested too deeply.

    The form refuses such a text; this one came past it.
    """
    try:
        return SafeString(render(text.encode()))
    except RecursionError:
        return SafeString(linebreaks(text, autoescape=True))
