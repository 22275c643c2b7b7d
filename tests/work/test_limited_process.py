"""Functions in a process with limits of time and memory."""

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


def allocate(_data: bytes) -> int:
    return len(bytearray(2 * limited_process.MEMORY))


def die(_data: bytes) -> None:
    os._exit(0)


def sleep(_data: bytes) -> None:
    time.sleep(60)


def test_the_result_is_returned() -> None:
    assert limited_process.call(reverse, "άλφα".encode()) == ["αφλά"]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (recurse, "RecursionError"),
        (allocate, "MemoryError"),
        (spin, "too much time"),
        (die, "broke off"),
    ],
)
def test_exceptions_and_exceeded_limits_are_errors(
    function: limited_process.Function, message: str
) -> None:
    with pytest.raises(LimitError, match=message):
        limited_process.call(function, b"", cpu_s=1)


def test_a_function_is_stopped_after_the_wall_time_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limited_process, "WALL_S", 0.5)

    with pytest.raises(LimitError, match="too long"):
        limited_process.call(sleep, b"")
