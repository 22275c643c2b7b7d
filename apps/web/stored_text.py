"""Text that is translated where it is shown: lazily, or stored in English."""

from django.utils.functional import Promise
from django.utils.translation import gettext

Text = str | Promise


def translate(text: str) -> str:
    """Translate a text by the client or the site, but not the details from Ganeti.

    Details, if any, follow the first colon.
    """
    whole = gettext(text)
    if whole != text:
        return whole
    message, colon, details = text.partition(": ")
    return gettext(message) + colon + details
