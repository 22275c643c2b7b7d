import stat
import threading
import time
from pathlib import Path

import pytest

from ganetimgr.caches.files import CULL_EVERY_S, FileBasedCache
from tests.caches.exploit import Exploit


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def cache(directory: Path) -> FileBasedCache:
    return make_cache(directory)


def make_cache(directory: Path, max_entries: int = 300) -> FileBasedCache:
    params = {"TIMEOUT": None, "OPTIONS": {"MAX_ENTRIES": max_entries}}
    return FileBasedCache(directory, params)


@pytest.fixture
def cull_at_next_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the next write cull, as the first one after a minute does."""
    monkeypatch.setattr(FileBasedCache, "_culled_at", {})


def values(directory: Path) -> list[Path]:
    return list(directory.glob("*.value"))


def test_values_are_shared_between_processes(
    cache: FileBasedCache, directory: Path
) -> None:
    cache.set("key", {"a": [1]})

    other = make_cache(directory)
    assert other.get("key") == {"a": [1]}
    assert other.has_key("key")
    assert other.get_many(["key", "none"]) == {"key": {"a": [1]}}


def test_missing_keys_have_no_value(cache: FileBasedCache) -> None:
    assert cache.get("key", 5) == 5
    assert not cache.has_key("key")
    assert not cache.delete("key")
    assert not cache.touch("key")


def test_deleted_keys_are_missing(cache: FileBasedCache) -> None:
    cache.set("key", 1)

    assert cache.delete("key")
    assert cache.get("key") is None


def test_a_value_expires(
    cache: FileBasedCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.set("short", 1, 10)
    cache.set("long", 1, 10)
    cache.touch("long", 100)
    future = time.time() + 11
    monkeypatch.setattr(time, "time", lambda: future)

    assert (cache.get("short"), cache.get("long")) == (None, 1)
    assert not cache.has_key("short")
    assert cache.add("short", 2)


def test_only_one_of_many_threads_adds_a_key(
    cache: FileBasedCache, directory: Path
) -> None:
    added = []

    def add() -> None:
        added.append(make_cache(directory).add("key", 1, 10))

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(added) == [False] * 7 + [True]


def test_counting_keeps_the_expiry(
    cache: FileBasedCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.set("count", 1, 10)

    assert cache.incr("count", 2) == 3
    future = time.time() + 11
    monkeypatch.setattr(time, "time", lambda: future)
    assert cache.get("count") is None
    with pytest.raises(ValueError, match="count"):
        cache.incr("count")


def test_files_are_private(cache: FileBasedCache, directory: Path) -> None:
    cache.set("key", 1)

    (path,) = values(directory)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_planted_pickle_does_not_run(
    cache: FileBasedCache, directory: Path, tmp_path: Path
) -> None:
    cache.set("key", 1)
    (path,) = values(directory)
    exploit = Exploit(tmp_path / "executed")

    for data in exploit.payloads:
        path.write_bytes(data)
        assert cache.get("key", "missing") == "missing"
        with pytest.raises(ValueError, match="key"):
            cache.incr("key")

    assert not exploit.was_run


@pytest.mark.usefixtures("cull_at_next_write")
def test_culling_removes_only_values_that_expire(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = make_cache(directory, max_entries=10)
    cache.set("snapshot", 1)
    for number in range(30):
        cache.set(number, number, 100 + number)
    monkeypatch.setattr(FileBasedCache, "_culled_at", {})

    cache.set("last", 1, 1000)

    remaining = [number for number in range(30) if cache.has_key(number)]
    assert cache.has_key("snapshot")
    assert remaining == list(range(20, 30)), "the next to expire go first"


@pytest.mark.usefixtures("cull_at_next_write")
def test_expired_values_and_drafts_are_removed(
    cache: FileBasedCache, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.set("key", 1, 1)
    (directory / "half.draft").write_bytes(b"")
    future = time.time() + 2 * CULL_EVERY_S + 5
    monkeypatch.setattr(time, "time", lambda: future)
    monkeypatch.setattr(FileBasedCache, "_culled_at", {})

    cache.set("other", 1)

    assert len(values(directory)) == 1
    assert not list(directory.glob("*.draft"))


def test_a_missing_directory_is_created_again(
    cache: FileBasedCache, directory: Path
) -> None:
    cache.set("key", 1)
    cache.clear()
    (directory / "lock").unlink(missing_ok=True)
    directory.rmdir()

    cache.set("key", 2)

    assert cache.get("key") == 2
