"""Passwords kept in a form that is shown again, encrypted.

A sealed password can only be read by this site, for the address that it was entered
for, and for an hour: who finds it in a page cannot have it sent anywhere else.
"""

import json
import time

from .. import encryption

VALID_S = 3600


def seal(password: str, *, address: str) -> str:
    """Return the password encrypted, for a hidden field."""
    return encryption.encrypt(json.dumps([password, address, time.time()]))


def unseal(token: str, *, address: str) -> str:
    """Return the password sealed for ``address``; empty if invalid or expired."""
    try:
        password, sealed_address, sealed_at = json.loads(encryption.decrypt(token))
    except (encryption.UndecryptableError, TypeError, ValueError):
        return ""
    if sealed_address != address or time.time() - sealed_at > VALID_S:
        return ""
    return str(password)
