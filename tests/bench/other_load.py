"""CPU use of other processes during a measurement."""

import os
import resource
import time
from pathlib import Path
from typing import Self

STAT = Path("/proc/stat")
IDLE = slice(3, 5)  # idle, and waiting for a disk
GUESTS = slice(8, None)  # counted as user time already


class OtherLoad:
    """Measures the cores kept busy by other processes.

    Own processes are this one and its children, once they have ended: read ``cores``
    after that.
    """

    def __enter__(self) -> Self:
        self._started_at = time.monotonic()
        self._busy_s, self._own_s = busy_seconds(), own_seconds()
        return self

    def __exit__(self, *_: object) -> None:
        elapsed_s = time.monotonic() - self._started_at
        others_s = busy_seconds() - self._busy_s - (own_seconds() - self._own_s)
        self.cores = max(0, others_s / elapsed_s)


def busy_seconds() -> float:
    ticks = [int(word) for word in STAT.read_text().splitlines()[0].split()[1:]]
    busy = sum(ticks) - sum(ticks[IDLE]) - sum(ticks[GUESTS])
    return busy / os.sysconf("SC_CLK_TCK")


def own_seconds() -> float:
    usages = [
        resource.getrusage(target)
        for target in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
