"""Redis by django-redis."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django_redis.cache import RedisCache as PicklingCache
from django_redis.serializers.base import BaseSerializer

from ganetimgr.caches import messagepack
from ganetimgr.caches.messagepack import UNREADABLE


class Serializer(BaseSerializer):  # type: ignore[misc]  # it has no types
    """How django-redis writes and reads values here."""

    def dumps(self, value: Any) -> bytes:
        return messagepack.encode(value)

    def loads(self, value: bytes) -> Any:
        return messagepack.decode(value)


class RedisCache(PicklingCache):  # type: ignore[misc]  # it has no types
    """django-redis's cache with this serializer, whatever OPTIONS say."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        serializer = f"{Serializer.__module__}.{Serializer.__qualname__}"
        options = {**params.get("OPTIONS", {}), "SERIALIZER": serializer}
        super().__init__(server, {**params, "OPTIONS": options})

    def get(self, key: Any, default: Any = None, *args: Any, **kwargs: Any) -> Any:
        value = super().get(key, default, *args, **kwargs)
        return default if value is UNREADABLE else value

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        values = super().get_many(*args, **kwargs)
        return {key: value for key, value in values.items() if value is not UNREADABLE}

    def incr(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        with _only_numbers(key):
            return super().incr(key, *args, **kwargs)

    def decr(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        with _only_numbers(key):
            return super().decr(key, *args, **kwargs)


@contextmanager
def _only_numbers(key: object) -> Iterator[None]:
    """Raise what Django's caches do; django-redis adds to whatever is there."""
    try:
        yield
    except TypeError as exc:
        raise ValueError(f"Key {key!r} is no number") from exc
