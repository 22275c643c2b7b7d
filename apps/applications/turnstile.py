"""So many requests a minute from one address, and no more.

Counted in the cache: a cache that is away counts nothing, and everybody is let in.
"""

import time

from django.core.cache import cache

WINDOW_S = 60
MOST = 60


def wait_s(what: str, address: str) -> int:
    """Count a request; return how long it has to wait, 0: it is let in."""
    now = time.time()
    window = int(now // WINDOW_S)
    if _count(f"turnstile:{what}:{window}:{address}") <= MOST:
        return 0
    return max(1, round((window + 1) * WINDOW_S - now))


def _count(key: str) -> int:
    if cache.add(key, 1, WINDOW_S):
        return 1
    try:
        count = cache.incr(key)
    except ValueError:  # gone between the two
        return 1
    if not count:  # away
        return 0
    # Some caches keep what was counted on for ever.
    cache.touch(key, WINDOW_S)
    return count
