"""How much of the machine others took while something was measured."""

import os
import resource
import time
from pathlib import Path
from typing import Self

STAT = Path("/proc/stat")
IDLE = slice(3, 5)  # idle, and waiting for a disk
GUESTS = slice(8, None)  # counted as user time already


class Others:
    """Counts the cores that no process of ours kept busy.

    Ours are this process and those it started, once they have ended: read ``cores``
    after that.
    """

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        self._busy, self._ours = busy_s(), ours_s()
        return self

    def __exit__(self, *_: object) -> None:
        took_s = time.monotonic() - self._began
        others_s = busy_s() - self._busy - (ours_s() - self._ours)
        self.cores = max(0, others_s / took_s)


def busy_s() -> float:
    ticks = [int(word) for word in STAT.read_text().splitlines()[0].split()[1:]]
    busy = sum(ticks) - sum(ticks[IDLE]) - sum(ticks[GUESTS])
    return busy / os.sysconf("SC_CLK_TCK")


def ours_s() -> float:
    used = [
        resource.getrusage(who)
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    return sum(each.ru_utime + each.ru_stime for each in used)
