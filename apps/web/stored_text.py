"""Text that is translated where it is shown: lazily, or stored in English."""

from django.utils.functional import Promise
from django.utils.translation import gettext

Text = str | Promise


def translate(text: str) -> str:
    """Translate what the client or the site said; Ganeti's own words stay as they are.

    Texts end in a colon and what is particular, or have nothing of the kind.
    """
    whole = gettext(text)
    if whole != text:
        return whole
    head, colon, rest = text.partition(": ")
    return gettext(head) + colon + rest
