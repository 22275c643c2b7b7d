"""Rate limits per client address, account and mailbox (``RATE_LIMITS``).

A sliding window of attempts, counted in the shared cache. However many addresses
a client has, the counters fill a fixed number of cache entries ("shards"). If one is
full, the counters used longest ago are dropped, so that a flood lifts the limits and
locks nobody out. If the cache is unavailable, all attempts are allowed.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac

from . import client_address, text

logger = logging.getLogger(__name__)

SHARDS = 64
# In one shard, counted over all its counters: some 40 kB.
MAX_TIMES = 4096
MAX_WINDOW_S = 24 * 3600
MAX_KEY_LENGTH = 320
# How many times as much the /48 of an IPv6 address may do as its /64.
SITE_FACTOR = 16
# A lock is held for a few milliseconds, unless its process died or got no CPU.
LOCK_S = 5
LOCK_TRIES, LOCK_PAUSE_S = 200, 0.005
LOG_EVERY_S = 60

# By digest of a key: the length of its window, then the times of its attempts.
Shard = dict[str, list[int]]
_logged_at = -float(LOG_EVERY_S)


class TooManyAttempts(Exception):
    """Something was tried too often; ``wait_s`` is how many seconds it has to wait."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(wait_s)
        self.wait_s = wait_s


class CacheAwayError(Exception):
    """The cache doesn't answer when asked for a lock."""


def hit(
    action: str, *, address: str | None = None, account: str = "", mailbox: str = ""
) -> int:
    """Count an attempt; return the seconds to wait, or 0 if it is allowed.

    From the first limit that is reached on, the attempt is not counted.
    """
    for key, limit, window in _keys(action, address, account, mailbox):
        if wait_s := _guarded(_take, key, limit, window):
            return wait_s
    return 0


def enforce(
    action: str, *, address: str | None = None, account: str = "", mailbox: str = ""
) -> None:
    """Count an attempt; raise TooManyAttempts, which becomes a page, if it has to wait.

    The page is made by `apps.web.middleware.TooManyAttemptsPage`.
    """
    wait_s = hit(action, address=address, account=account, mailbox=mailbox)
    if wait_s:
        raise TooManyAttempts(wait_s)


def undo(
    action: str, *, address: str | None = None, account: str = "", mailbox: str = ""
) -> None:
    """Remove the last attempt, which turned out not to count."""
    for key, _limit, _window in _keys(action, address, account, mailbox):
        _guarded(_drop_last, key)


def forget(
    action: str, *, address: str | None = None, account: str = "", mailbox: str = ""
) -> None:
    """Delete all attempts that were counted with these keys."""
    for key, _limit, _window in _keys(action, address, account, mailbox):
        _guarded(_drop_all, key)


def _keys(
    action: str, address: str | None, account: str, mailbox: str
) -> Iterator[tuple[str, int, int]]:
    """Yield the keys of an action, narrowest first, with limit and window."""
    subnet = client_address.subnet(address or "")
    name = text.fold(account, max_length=MAX_KEY_LENGTH)
    values = {
        "account_and_address": f"{subnet} {name}" if subnet and name else "",
        "address": subnet,
        "account": name,
        "mailbox": text.fold(mailbox, max_length=MAX_KEY_LENGTH),
    }
    limits = settings.RATE_LIMITS[action]
    for kind, value in values.items():
        if value and (rate := limits.get(kind)):
            yield f"{action}:{kind}:{value}", *rate
    if (site := client_address.site(address or "")) and (rate := limits.get("address")):
        limit, window = rate
        yield f"{action}:site:{site}", min(SITE_FACTOR * limit, MAX_TIMES // 2), window


def _take(key: str, limit: int, window: int) -> int:
    with _counter(key) as times:
        now = int(time.time())
        recent = [time_ for time_ in times[1:] if now - window < time_ <= now]
        wait_s = recent[-limit] + window - now if len(recent) >= limit else 0
        times[:] = [window, *recent] if wait_s else [window, *recent, now]
    return wait_s


def _drop_last(key: str) -> int:
    with _counter(key) as times:
        if len(times) > 1:
            times.pop()
    return 0


def _drop_all(key: str) -> int:
    with _counter(key) as times:
        times.clear()
    return 0


def _guarded(count: Callable[..., int], *arguments: str | int) -> int:
    """Allow all attempts while the cache is unavailable, and log that occasionally."""
    global _logged_at  # noqa: PLW0603 - once per process
    try:
        return count(*arguments)
    except Exception as exc:  # noqa: BLE001 - each cache has errors of its own
        if time.monotonic() - _logged_at >= LOG_EVERY_S:
            _logged_at = time.monotonic()
            logger.warning("The cache is away, rate limits are off: %r", exc)
        return 0


@contextmanager
def _counter(key: str) -> Iterator[list[int]]:
    """Lock the times of a key, yield them for changes, and store them."""
    digest = salted_hmac("apps.web.rate_limit", key).hexdigest()[:20]
    name = f"rate-limit:{int(digest[:8], 16) % SHARDS}"
    is_locked = _lock(f"{name}:lock")
    try:
        shard = _read(name)
        times = shard.pop(digest, [])
        yield times
        if len(times) > 1:
            shard[digest] = times
        cache.set(name, _trim(shard), MAX_WINDOW_S)
    finally:
        if is_locked:
            cache.delete(f"{name}:lock")


def _read(name: str) -> Shard:
    """Return a shard, or an empty one if the cached value is invalid."""
    try:
        return msgspec.convert(cache.get(name, {}), Shard)
    except msgspec.ValidationError:
        return {}


def _lock(name: str) -> bool:
    """Wait for a lock; return False if another process holds it too long."""
    for _try in range(LOCK_TRIES):
        answer: bool | None = cache.add(name, 1, LOCK_S)
        if answer is None:  # django-redis, told to ignore errors
            raise CacheAwayError
        if answer:
            return True
        time.sleep(LOCK_PAUSE_S)
    return False


def _trim(shard: Shard) -> Shard:
    """Drop expired counters and, if too many remain, those used longest ago."""
    now = int(time.time())
    current = {
        digest: times for digest, times in shard.items() if times[-1] + times[0] > now
    }
    total = sum(map(len, current.values()))
    for digest in list(current):
        if total <= MAX_TIMES:
            break
        total -= len(current.pop(digest))
    return current
