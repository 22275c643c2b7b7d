"""Counts that pages show besides their content, cached for two seconds."""

from collections.abc import Callable

from django.core.cache import cache

KEPT_S = 2


def cached_count(key: str, count: Callable[[], int]) -> int:
    """Return a count that is at most two seconds old."""
    value = cache.get(_key(key))
    return value if isinstance(value, int) else count_now(key, count)


def count_now(key: str, count: Callable[[], int]) -> int:
    """Count, and cache the result."""
    value = count()
    cache.set(_key(key), value, KEPT_S)
    return value


def forget(*keys: str) -> None:
    """Delete cached counts, so that users see the effect of their own changes."""
    cache.delete_many([_key(key) for key in keys])


def _key(key: str) -> str:
    return f"count:{key}"
