"""Carry a password through a form that is shown again, without showing it.

What is sealed can be opened by this site alone, for the address it was typed for and
for an hour: nobody who finds it in a page can have it sent anywhere else.
"""

import json
import time

from .. import encryption

VALID_S = 3600


def seal(password: str, *, place: str) -> str:
    """Return the password encrypted, for a hidden field."""
    return encryption.encrypt(json.dumps([password, place, time.time()]))


def unseal(token: str, *, place: str) -> str:
    """Return the password that was sealed for ``place``; nothing if it was not."""
    try:
        password, sealed_for, at = json.loads(encryption.decrypt(token))
    except (encryption.UndecryptableError, TypeError, ValueError):
        return ""
    if sealed_for != place or time.time() - at > VALID_S:
        return ""
    return str(password)
