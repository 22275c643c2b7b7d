"""Counts that pages show besides their content, cached for two seconds."""

from collections.abc import Callable, Mapping

from django.core.cache import cache

KEPT_S = 2


def cached_count(key: str, count: Callable[[], int]) -> int:
    """Return a count that is at most two seconds old."""
    [value] = cached_counts({key: count})
    return value


def cached_counts(counts: Mapping[str, Callable[[], int]]) -> list[int]:
    """Return several counts like `cached_count`, read from the cache at once."""
    cached = cache.get_many(map(_key, counts))
    return [
        value
        if isinstance(value := cached.get(_key(key)), int)
        else count_now(key, count)
        for key, count in counts.items()
    ]


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
