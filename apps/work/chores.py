"""Registry of background tasks: functions that watchers call at an interval."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

DAILY_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Task:
    """A function that each watcher calls; its failures are stored under the name."""

    name: str
    do: Callable[[], object]
    every_s: float


_tasks: list[Task] = []


def register(name: str, do: Callable[[], object], *, every_s: float) -> None:
    """Register a function for each watcher to call; apps call this in ``ready()``.

    A function that must not run concurrently has to take a lease on its row.
    """
    _tasks.append(Task(name, do, every_s))


def registered() -> Sequence[Task]:
    return tuple(_tasks)
