"""Keys of links that work once: long and random, and only a hash of them is kept."""

import hashlib
import secrets


def new_key() -> str:
    return secrets.token_urlsafe(32)


def hash_of(key: str) -> str:
    """Return what is kept of a key; it is long and random, so no salt is needed."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
