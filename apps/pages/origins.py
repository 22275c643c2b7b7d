"""Addresses that an operator names: which origin they are of, and what is there."""

import re
from pathlib import PurePosixPath
from urllib.parse import urlsplit

FILMS = {".mp4", ".webm", ".ogv", ".ogg", ".m4v"}
# What may stand in a Content-Security-Policy without meaning something else there.
_HOST = re.compile(r"[A-Za-z0-9.:\[\]_-]+")


def is_elsewhere(address: object) -> bool:
    """Tell whether something is a whole address, not a path on this site."""
    return isinstance(address, str) and address.startswith(("http://", "https://"))


def origin(address: object) -> str:
    """Return scheme and host of a whole address; empty: it has none."""
    if not isinstance(address, str) or not is_elsewhere(address):
        return ""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}" if _HOST.fullmatch(host) else ""


def is_film(address: str) -> bool:
    """Tell a file that a browser plays from a page that has a player."""
    return PurePosixPath(urlsplit(address).path).suffix.lower() in FILMS
