"""Measuring several things in turns, so that noise meets them all alike."""

import gc
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from tests.bench.table import Samples

Key = TypeVar("Key")


Clock = Callable[[], float]


def in_turns(
    doers: Mapping[Key, Callable[[], object]],
    turns: int,
    clock: Clock = time.perf_counter,
) -> dict[Key, Samples]:
    """Time each doer once per turn, none burdened with the garbage of turns before."""
    found: dict[Key, list[float]] = {key: [] for key in doers}
    for _ in range(turns):
        gc.collect()
        for key, do in doers.items():
            found[key].append(clocked(do, clock))
    return {key: Samples(values) for key, values in found.items()}


def clocked(do: Callable[[], object], clock: Clock = time.perf_counter) -> float:
    """Return the seconds that something takes."""
    began = clock()
    do()
    return clock() - began


def together(rounds: list[dict[Key, Samples]]) -> dict[Key, Samples]:
    """Put the samples of several rounds into one."""
    found: dict[Key, list[float]] = {}
    for each in rounds:
        for key, samples in each.items():
            found.setdefault(key, []).extend(samples.values)
    return {key: Samples(values) for key, values in found.items()}
