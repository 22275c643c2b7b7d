"""What apps have done in the background: functions to call every so many seconds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

DAILY_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Task:
    """A function that each watcher calls; its failures are kept under the name."""

    name: str
    do: Callable[[], object]
    every_s: float


_tasks: list[Task] = []


def register(name: str, do: Callable[[], object], *, every_s: float) -> None:
    """Have a function called by each watcher; called by an app, when it is ready.

    What must not be done twice at once takes a lease on its row.
    """
    _tasks.append(Task(name, do, every_s))


def registered() -> Sequence[Task]:
    return tuple(_tasks)
