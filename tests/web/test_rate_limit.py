"""Rate limits: keys, windows, bounded storage and several processes."""

import logging
import multiprocessing
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache, caches
from pytest_django import Settings

from apps.web import client_address, rate_limit
from apps.web.rate_limit import forget, hit, undo
from tests import services

REDIS = "ganetimgr.caches.redis.RedisCache"


class Clock:
    def __init__(self) -> None:
        self.now = 1_200_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    return clock


@pytest.fixture(autouse=True)
def limits(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATE_LIMITS = {
        "try": {
            "address": (3, 60),
            "account": (4, 60),
            "mailbox": (2, 60),
            "account_and_address": None,
        },
        "guess": {"account_and_address": (2, 60), "address": (5, 60)},
    }
    monkeypatch.setattr(rate_limit, "_logged_at", -rate_limit.LOG_EVERY_S)
    cache.clear()


def hits(count: int, **keys: str) -> list[int]:
    return [hit("try", **keys) for _ in range(count)]


def test_the_attempt_after_the_last_one_allowed_waits(clock: Clock) -> None:
    assert hits(4, address="192.0.2.1") == [0, 0, 0, 60]
    clock.now += 20
    assert hits(1, address="192.0.2.1") == [40]


def test_the_window_slides_and_attempts_that_waited_do_not_count(clock: Clock) -> None:
    hits(1, address="192.0.2.1")
    clock.now += 50
    assert hits(3, address="192.0.2.1") == [0, 0, 10]
    clock.now += 10

    assert hits(2, address="192.0.2.1") == [0, 50]


@pytest.mark.parametrize(
    ("first", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("fe80::1%eth0", "fe80::1%" + "x" * 5000, True),
        ("2001:DB8::1", "2001:db8:0:0:0:0:0:2", True),
    ],
)
def test_an_ipv6_address_counts_as_its_64(
    first: str, other: str, *, is_same: bool
) -> None:
    hits(3, address=first)

    assert bool(hit("try", address=other)) is is_same


def test_a_48_has_sixteen_times_as_many_attempts_as_its_64s() -> None:
    *within, beyond = [hit("try", address=f"2001:db8:0:{n:x}::1") for n in range(49)]

    assert within == [0] * 48
    assert 0 < beyond <= 60
    assert not hit("try", address="2001:db8:1::1")


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "::1::", "%eth0"])
def test_invalid_addresses_are_not_limited(text: str) -> None:
    assert client_address.subnet(text * 1_000_000) == ""
    assert hits(9, address=text) == [0] * 9


def test_accounts_and_mailboxes_count_however_they_are_spelled() -> None:
    spellings = ["alice", "ALICE", " alicé ", "\uff41lice"]

    assert [hit("try", account=name) for name in spellings] == [0] * 4
    assert hit("try", account="Alice")
    assert [hit("try", mailbox="a@x.org"), hit("try", mailbox="A@X.ORG")] == [0, 0]
    assert hit("try", mailbox="a@x.org")


def test_a_long_key_costs_no_more_than_a_short_one() -> None:
    marks = "a" + "\u0300" * 500_000 + "\u0316" * 500_000
    start = time.process_time()
    hit("try", account=marks, mailbox=marks, address=marks)

    assert time.process_time() - start < 0.5


def test_one_kind_refuses_for_all_and_the_next_is_not_counted() -> None:
    hits(3, address="192.0.2.1")
    hits(5, address="192.0.2.1", account="alice")

    assert hit("try", address="192.0.2.2", account="alice") == 0


def test_an_account_at_an_address_counts_by_itself() -> None:
    def guess(name: str, address: str = "192.0.2.1") -> int:
        return hit("guess", account=name, address=address)

    assert [bool(guess("alice")) for _ in range(3)] == [False, False, True]
    assert guess("alice", "192.0.2.2") == 0
    assert [bool(guess(name)) for name in "bcde"] == [False, False, False, True]


def test_attempts_can_be_undone_and_forgotten() -> None:
    for _ in range(9):
        assert hit("try", account="alice") == 0
        undo("try", account="alice")
    assert hits(5, account="alice")[-1] > 0

    forget("try", account="alice")

    assert hits(4, account="alice") == [0] * 4


def test_a_flood_fills_a_bounded_number_of_small_entries(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CACHES = file_cache(tmp_path)
    monkeypatch.setattr(rate_limit, "SHARDS", 3)
    monkeypatch.setattr(rate_limit, "MAX_TIMES", 10)
    hits(3, address="2001:db8::1")
    for number in range(50):
        hit("try", address=f"2001:db8:1{number:x}::1")

    files = list(tmp_path.glob("*.value"))
    assert len(files) <= 3
    # A forgotten key is allowed again; nobody is refused because of others.
    assert hit("try", address="2001:db8::1") == 0
    assert hit("try", address="2001:db8:ffff::1") == 0


def file_cache(path: Path) -> dict[str, Any]:
    backend = "ganetimgr.caches.files.FileBasedCache"
    return {"default": {"BACKEND": backend, "LOCATION": str(path)}}


def test_counters_expire(clock: Clock) -> None:
    hits(3, address="192.0.2.1")
    clock.now += 61
    shard = rate_limit._trim({"x": [60, 1_200_000_000], "y": [90, 1_200_000_000]})

    assert shard == {"y": [90, 1_200_000_000]}


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.WARNING, logger="apps.web.rate_limit")
    return caplog


@pytest.mark.parametrize("kind", ["redis", "file"])
def test_an_unreachable_cache_allows_everything_and_is_logged_once(
    settings: Settings, tmp_path: Path, log: pytest.LogCaptureFixture, kind: str
) -> None:
    settings.CACHES = unreachable_cache(kind, tmp_path)

    assert hits(9, address="192.0.2.1", account="alice") == [0] * 9
    lines = [record for record in log.records if record.name == "apps.web.rate_limit"]
    assert len(lines) == 1


def unreachable_cache(kind: str, path: Path) -> dict[str, Any]:
    if kind == "redis":
        location = f"redis://127.0.0.1:{services.free_port()}/0"
        return {
            "default": {
                "BACKEND": "ganetimgr.caches.redis.RedisCache",
                "LOCATION": location,
            }
        }
    (path / "no-directory").write_text("")
    return file_cache(path / "no-directory" / "cache")


def count_allowed(_number: int) -> int:
    """Return how many of 30 attempts of this process were allowed."""
    caches.close_all()
    return sum(not hit("try", account="alice") for _ in range(30))


@pytest.mark.parametrize("kind", ["redis", "file"])
def test_several_processes_count_together(
    settings: Settings,
    redis: services.Redis,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    # However busy the machine is.
    monkeypatch.setattr(rate_limit, "LOCK_S", 60)
    monkeypatch.setattr(rate_limit, "LOCK_TRIES", 10_000)
    location = f"redis://127.0.0.1:{redis.port}/0"
    on_redis = {"default": {"BACKEND": REDIS, "LOCATION": location}}
    settings.CACHES = on_redis if kind == "redis" else file_cache(tmp_path)
    settings.RATE_LIMITS = {"try": {"account": (40, 3600)}}

    with multiprocessing.get_context("fork").Pool(4) as pool:
        total = sum(pool.map(count_allowed, range(4)))

    assert total == 40


def test_invalid_cache_entries_are_ignored() -> None:
    for number in range(rate_limit.SHARDS):
        cache.set(f"rate-limit:{number}", {"x": "y", "z": [1, None]})

    assert hits(4, address="192.0.2.1")[:3] == [0, 0, 0]
    assert hit("try", address="192.0.2.1")
