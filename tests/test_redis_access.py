"""Redis as docs/install.rst configures it: only this service has access."""

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from pytest_django.fixtures import Settings

from ganetimgr.settings.defaults import BASE_DIR
from tests import services
from tests.conftest import running
from tests.settings_files import PRODUCTION, run, uncommented

pytestmark = pytest.mark.system


class DocumentedRedis(services.Redis):
    """A Redis whose configuration ends with lines from the manual."""

    first_line = ""

    def command(self) -> list[str]:
        manual = (BASE_DIR / "docs/install.rst").read_text(encoding="utf-8")
        block = re.search(rf"^ +{self.first_line}\n(?: .*\n)*", manual, re.MULTILINE)
        assert block is not None
        lines = [line.strip() for line in block[0].splitlines()]
        text = "\n".join([f"port {self.port}", "bind 127.0.0.1", *lines, ""])
        text = text.replace("/run/redis", str(self.directory))
        (self.directory / "redis.conf").write_text(text)
        return [self.program, str(self.directory / "redis.conf"), "--save", ""]


class SocketRedis(DocumentedRedis):
    first_line = "port 0"

    @property
    def socket(self) -> Path:
        return self.directory / "redis-server.sock"

    def is_up(self) -> bool:
        return self.socket.is_socket()


class AccountRedis(DocumentedRedis):
    first_line = "user default off"


@pytest.fixture
def socket_redis() -> Iterator[SocketRedis]:
    yield from running(SocketRedis)


@pytest.fixture
def account_redis() -> Iterator[AccountRedis]:
    yield from running(AccountRedis)


def cache_of(settings: Settings, location: str) -> BaseCache:
    """Return the cache of the production example, at another location."""
    example = run(uncommented(PRODUCTION))["CACHES"]["default"]
    settings.CACHES = {"default": {**example, "LOCATION": location}}
    settings.DJANGO_REDIS_IGNORE_EXCEPTIONS = False
    return caches["default"]


def works(cache: BaseCache) -> bool:
    """Return whether the cache operations of the product succeed."""
    cache.set("key", b"value", 60)
    cache.set_many({"one": 1, "two": 2})
    added = cache.add("count", 1, 60)
    cache.incr("count")
    cache.touch("count", 90)
    cache.delete("one")
    values = cache.get_many(["key", "one", "two", "count"])
    cache.clear()
    return (
        added
        and values == {"key": b"value", "two": 2, "count": 2}
        and cache.get("key") is None
    )


def test_the_socket_of_the_example_is_open_to_its_group_only(
    settings: Settings, socket_redis: SocketRedis
) -> None:
    location = run(uncommented(PRODUCTION))["CACHES"]["default"]["LOCATION"]
    local_location = location.replace("/run/redis", str(socket_redis.directory))

    assert works(cache_of(settings, local_location))
    assert stat.S_IMODE(socket_redis.socket.stat().st_mode) == 0o770
    assert not services.listens(socket_redis.port)


def test_the_account_of_the_manual_has_only_the_permissions_of_a_cache(
    settings: Settings, account_redis: AccountRedis
) -> None:
    place = f"127.0.0.1:{account_redis.port}"

    assert works(cache_of(settings, f"redis://ganetimgr:PASSWORD@{place}/1"))
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(f"redis://{place}/1").get("key")
    with pytest.raises(redis.exceptions.NoPermissionError):
        redis.Redis.from_url(f"redis://ganetimgr:PASSWORD@{place}/1").config_get("*")
