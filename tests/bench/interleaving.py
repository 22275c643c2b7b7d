"""Interleaved measurements, so that noise affects all functions alike."""

import gc
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from tests.bench.table import Samples

Key = TypeVar("Key")


Clock = Callable[[], float]


def time_interleaved(
    functions: Mapping[Key, Callable[[], object]],
    repeats: int,
    clock: Clock = time.perf_counter,
) -> dict[Key, Samples]:
    """Time each function once per repeat, after a garbage collection."""
    seconds: dict[Key, list[float]] = {key: [] for key in functions}
    for _ in range(repeats):
        gc.collect()
        for key, function in functions.items():
            seconds[key].append(time_call(function, clock))
    return {key: Samples(values) for key, values in seconds.items()}


def time_call(
    function: Callable[[], object], clock: Clock = time.perf_counter
) -> float:
    """Return the seconds that the function takes."""
    started = clock()
    function()
    return clock() - started


def merge_samples(rounds: list[dict[Key, Samples]]) -> dict[Key, Samples]:
    """Merge the samples of several rounds."""
    seconds: dict[Key, list[float]] = {}
    for round_samples in rounds:
        for key, samples in round_samples.items():
            seconds.setdefault(key, []).extend(samples.values)
    return {key: Samples(values) for key, values in seconds.items()}
