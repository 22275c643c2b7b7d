"""Counts that pages show in passing, kept in the shared cache for a moment."""

from collections.abc import Callable

from django.core.cache import cache

KEPT_S = 2


def cached_count(key: str, count: Callable[[], int]) -> int:
    """Return a count that was right at most two seconds ago."""
    kept = cache.get(_key(key))
    return kept if isinstance(kept, int) else count_now(key, count)


def count_now(key: str, count: Callable[[], int]) -> int:
    """Count, and keep it for the pages that follow."""
    value = count()
    cache.set(_key(key), value, KEPT_S)
    return value


def forget(*keys: str) -> None:
    """Have these counted again: somebody is about to look at what they changed."""
    cache.delete_many([_key(key) for key in keys])


def _key(key: str) -> str:
    return f"count:{key}"
