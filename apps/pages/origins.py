"""Determine the origin and kind of URLs in the settings."""

import re
from pathlib import PurePosixPath
from urllib.parse import urlsplit

FILMS = {".mp4", ".webm", ".ogv", ".ogg", ".m4v"}
# Characters without a special meaning in a Content-Security-Policy.
_HOST = re.compile(r"[A-Za-z0-9.:\[\]_-]+")


def is_elsewhere(address: object) -> bool:
    """Return whether a value is an absolute URL, not a path on this site."""
    return isinstance(address, str) and address.startswith(("http://", "https://"))


def origin(address: object) -> str:
    """Return scheme and host of an absolute URL; empty if it has none."""
    if not isinstance(address, str) or not is_elsewhere(address):
        return ""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}" if _HOST.fullmatch(host) else ""


def is_film(address: str) -> bool:
    """Return whether a URL is a file that browsers play, not a page with a player."""
    return PurePosixPath(urlsplit(address).path).suffix.lower() in FILMS
