"""Functions on what strangers wrote, in a process that ends when they take too much."""

import os
import time

import pytest

from apps.work import limited_process
from apps.work.limited_process import LimitError


def reverse(data: bytes) -> list[str]:
    return [data.decode()[::-1]]


def recurse(data: bytes) -> None:
    recurse(data)


def spin(_data: bytes) -> None:
    while True:
        pass


def hoard(_data: bytes) -> int:
    return len(bytearray(2 * limited_process.MEMORY))


def die(_data: bytes) -> None:
    os._exit(0)


def sleep(_data: bytes) -> None:
    time.sleep(60)


def test_what_the_function_returns_comes_back() -> None:
    assert limited_process.call(reverse, "άλφα".encode()) == ["αφλά"]


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (recurse, "RecursionError"),
        (hoard, "MemoryError"),
        (spin, "too much time"),
        (die, "broke off"),
    ],
)
def test_a_function_that_raises_or_takes_too_much_is_an_error(
    function: limited_process.Function, why: str
) -> None:
    with pytest.raises(LimitError, match=why):
        limited_process.call(function, b"", cpu_s=1)


def test_a_function_that_waits_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limited_process, "WALL_S", 0.5)

    with pytest.raises(LimitError, match="too long"):
        limited_process.call(sleep, b"")
