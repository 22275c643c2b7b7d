"""Redis by django-redis."""

from collections.abc import Iterable, Iterator
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
    """django-redis's cache with this serializer, whatever OPTIONS say.

    What it can't read is deleted, so that whoever looks whether it is there writes it.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        serializer = f"{Serializer.__module__}.{Serializer.__qualname__}"
        options = {**params.get("OPTIONS", {}), "SERIALIZER": serializer}
        super().__init__(server, {**params, "OPTIONS": options})

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        value = super().get(key, default, version)
        if value is UNREADABLE:
            self.delete(key, version)
            return default
        return value

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> Any:
        values = super().get_many(keys, version)
        unreadable = [key for key, value in values.items() if value is UNREADABLE]
        if unreadable:
            self.delete_many(unreadable, version)
        return {key: value for key, value in values.items() if key not in unreadable}

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
