"""Encrypt stored RAPI passwords by Fernet, with keys from the settings."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext_noop

from .rapi.errors import RapiError

NO_KEY = gettext_noop("No key in the settings can decrypt its RAPI password.")


class UndecryptableError(RapiError):
    """None of the keys in the settings decrypts the stored password."""


def encrypt(text: str) -> str:
    """Encrypt with the first key."""
    return _cipher().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Decrypt with whichever key fits; raise UndecryptableError if none does."""
    try:
        return _cipher().decrypt(token.encode()).decode()
    except InvalidToken as exc:
        raise UndecryptableError(NO_KEY) from exc


def rotate(token: str) -> str:
    """Encrypt again with the first key; raise UndecryptableError if no key fits."""
    try:
        return _cipher().rotate(token.encode()).decode()
    except InvalidToken as exc:
        raise UndecryptableError(NO_KEY) from exc


def _cipher() -> MultiFernet:
    """Return the cipher: it encrypts with the first key and decrypts with any.

    SECRET_KEY and its fallbacks are among them, since SECRET_KEY was the key as long as
    RAPI_PASSWORD_KEYS was empty.
    """
    keys = [
        *settings.RAPI_PASSWORD_KEYS,
        settings.SECRET_KEY,
        *settings.SECRET_KEY_FALLBACKS,
    ]
    return MultiFernet([_fernet(key) for key in keys])


def _fernet(key: str) -> Fernet:
    """Derive a Fernet key from a setting of any length."""
    digest = hashlib.sha256(b"ganetimgr RAPI password:" + key.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
