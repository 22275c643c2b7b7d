"""Text that is expensive to process, and the time that processing takes."""

import time
from collections.abc import Callable

CONTROL = "".join(map(chr, [*range(32), 0x7F, 0x85, 0x2028, 0x202E, 0xFFFE]))


def marks(length: int) -> str:
    """Return combining marks in the order that takes longest to normalize."""
    return "a" + "\u0300" * (length // 2) + "\u0316" * (length // 2)


def cpu_s(work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return time.thread_time() - start
