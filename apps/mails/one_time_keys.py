"""Long random keys for single-use links, of which only a hash is stored."""

import hashlib
import secrets


def new_key() -> str:
    return secrets.token_urlsafe(32)


def hash_of(key: str) -> str:
    """Return the hash to store for a key.

    No salt is needed, because keys are long and random.
    """
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
