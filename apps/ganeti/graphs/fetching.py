"""Requests to the servers of graphs: bounded in time, size and number, and cached."""

import hashlib
import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache

from apps.net.download import (
    Downloader,
    DownloadError,
    FileError,
    Limits,
    TemporaryError,
)

logger = logging.getLogger(__name__)

T = TypeVar("T")

# At once by one process, which has twice as many threads for all of its pages.
MAX_CONCURRENT = 4
SLOT_WAIT_S = 6.0
CONNECT_S = 2.0
RESPONSE_S = 5.0
# A server that doesn't respond isn't asked again for this long, by any process.
PAUSE_S = 10
# How long answers are kept, also that there is nothing.
KEPT_S = 60

_slots = threading.BoundedSemaphore(MAX_CONCURRENT)


class Unavailable(Exception):
    """The server doesn't respond, or too many requests to it are running."""


class Missing(Exception):
    """The server has responded, but not with what was requested."""


def load(setting: str, path: str, max_bytes: int, parse: Callable[[bytes], T]) -> Any:
    """Return what ``parse`` makes of a file of a server; None if there is none.

    The server is named by its setting, since URLs may have passwords. Raises
    Unavailable. ``parse`` raises Missing if the file isn't what it should be.
    """
    url = f"{getattr(settings, setting).rstrip('/')}/{path}"
    key = f"ganeti:graphs:{_digest(url)}"
    kept = cache.get(key)
    if isinstance(kept, list):
        return kept[0]
    try:
        value = parse(_fetch(setting, url, max_bytes))
    except Missing as exc:
        logger.info("%s has no graph at %s: %s", setting, path, exc)
        value = None
    cache.set(key, [value], KEPT_S)
    return value


def _fetch(setting: str, url: str, max_bytes: int) -> bytes:
    """Return the body of a URL; raises Unavailable, Missing."""
    if not _slots.acquire(timeout=SLOT_WAIT_S):
        raise Unavailable("Too many requests are running.")
    try:
        return _fetch_unless_paused(setting, url, max_bytes)
    finally:
        _slots.release()


def _fetch_unless_paused(setting: str, url: str, max_bytes: int) -> bytes:
    """Request a URL, unless its server didn't respond a moment ago.

    With a slot: else all who wait for one would each try a server that is down.
    """
    pause_key = f"ganeti:graphs:pause:{_digest(getattr(settings, setting))}"
    if cache.get(pause_key):
        raise Unavailable("It didn't respond a moment ago.")
    try:
        return _download(url, max_bytes)
    except Unavailable as exc:
        logger.warning("%s is unavailable: %s", setting, exc)
        cache.set(pause_key, 1, PAUSE_S)
        raise


def _download(url: str, max_bytes: int) -> bytes:
    limits = Limits(
        connect_s=CONNECT_S,
        read_s=RESPONSE_S,
        file_s=RESPONSE_S,
        total_s=RESPONSE_S,
        file_bytes=max_bytes,
        total_bytes=max_bytes,
    )
    downloader = Downloader(limits)
    try:
        return downloader.get(url).body
    except (FileError, TemporaryError) as exc:
        raise Missing(str(exc)) from exc
    except DownloadError as exc:
        raise Unavailable(str(exc)) from exc
    finally:
        downloader.close()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
