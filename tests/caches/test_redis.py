from collections.abc import Iterator
from pathlib import Path

import pytest

from ganetimgr.caches.redis import RedisCache
from tests import services
from tests.caches.exploit import Exploit

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def server() -> Iterator[services.Redis]:
    if not services.Redis.is_installed():
        pytest.skip("redis-server is not installed")
    with services.Redis() as server:
        yield server


@pytest.fixture
def cache(server: services.Redis) -> RedisCache:
    server.flush()
    settings = server.caches["default"]
    # As copied from another project.
    options = {"SERIALIZER": "django_redis.serializers.pickle.PickleSerializer"}
    return RedisCache(settings["LOCATION"], {"TIMEOUT": None, "OPTIONS": options})


def plant(cache: RedisCache, key: str, data: bytes) -> None:
    cache.client.get_client(write=True).set(cache.make_key(key), data)


def test_values_round_trip(cache: RedisCache) -> None:
    cache.set("key", {"a": [1, b"x"]})
    cache.add("number", 1)

    assert cache.get("key") == {"a": [1, b"x"]}
    assert cache.get_many(["key", "none"]) == {"key": {"a": [1, b"x"]}}
    assert cache.incr("number") == 2
    assert cache.decr("number") == 1


def test_a_planted_pickle_does_not_run(cache: RedisCache, tmp_path: Path) -> None:
    exploit = Exploit(tmp_path / "executed")

    for data in exploit.payloads:
        plant(cache, "key", data)
        assert cache.get("key", "missing") == "missing"
        assert not cache.has_key("key")
        plant(cache, "key", data)
        assert cache.get_many(["key"]) == {}
        assert not cache.has_key("key")
        plant(cache, "key", data)
        with pytest.raises(ValueError, match="key"):
            cache.incr("key")
        with pytest.raises(ValueError, match="key"):
            cache.decr("key")

    assert not exploit.was_run
