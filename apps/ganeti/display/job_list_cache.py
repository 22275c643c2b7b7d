"""Markup of lists of jobs, rendered once for all who look at the same one.

A list changes about once a second while jobs run. Staff with the same filters see the
same list, so a hundred viewers cost little more than one.
"""

import threading
from collections.abc import Callable, Hashable

from django.core.signals import setting_changed
from django.dispatch import receiver

MAX_LISTS = 64

_cache: dict[Hashable, str] = {}
_lock = threading.Lock()


def rendered(key: Hashable, render: Callable[[], str]) -> str:
    """Return the markup of a list; ``key`` must name everything that it depends on.

    Rendered by one thread while the others wait: they would all do the same.
    """
    with _lock:
        if key not in _cache:
            if len(_cache) >= MAX_LISTS:
                _cache.clear()
            _cache[key] = render()
        return _cache[key]


@receiver(setting_changed)
def clear(**_setting: object) -> None:
    """Clear the cache, in tests with other settings."""
    _cache.clear()
