"""What was said in English for everybody, in the language of who reads it."""

from django.utils.translation import gettext


def translate(text: str) -> str:
    """Translate what the client or the site said; Ganeti's own words stay as they are.

    Texts end in a colon and what is particular, or have nothing of the kind.
    """
    whole = gettext(text)
    if whole != text:
        return whole
    head, colon, rest = text.partition(": ")
    return gettext(head) + colon + rest
