"""RAPI passwords at rest: Fernet, with keys from the settings."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext_noop

from .rapi.errors import RapiError

NO_KEY = gettext_noop("No key in the settings can decrypt its RAPI password.")


class UndecryptableError(RapiError):
    """None of the keys in the settings fits what is stored."""


def encrypt(text: str) -> str:
    """Encrypt with the first key."""
    return _box().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Decrypt with whichever key fits; raise UndecryptableError if none does."""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken as exc:
        raise UndecryptableError(NO_KEY) from exc


def rotate(token: str) -> str:
    """Encrypt again with the first key what any of the keys can read."""
    try:
        return _box().rotate(token.encode()).decode()
    except InvalidToken as exc:
        raise UndecryptableError(NO_KEY) from exc


def _box() -> MultiFernet:
    """Encrypt with the first key; read with each, also with those before the first.

    Where RAPI_PASSWORD_KEYS was empty once, SECRET_KEY was the key.
    """
    keys = [
        *settings.RAPI_PASSWORD_KEYS,
        settings.SECRET_KEY,
        *settings.SECRET_KEY_FALLBACKS,
    ]
    return MultiFernet([_fernet(key) for key in keys])


def _fernet(key: str) -> Fernet:
    """Make a Fernet key of any text: whoever sets the key need not know its form."""
    digest = hashlib.sha256(b"ganetimgr RAPI password:" + key.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
