"""Threads that repeat a task, even if it raises."""

import logging
import threading
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, connection

from apps.work import failures

logger = logging.getLogger(__name__)

PAUSE_WHEN_DOWN_S = 1.5


class Loop(threading.Thread):
    """A thread that runs a task, pauses, and repeats until ``stopping`` is set."""

    def __init__(self, name: str, stopping: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.stopping = stopping
        self.awake = threading.Event()
        # Assumed at first, since an earlier watcher may have left a row.
        self._failing = True

    def run_once(self) -> float | None:
        """Run the task once; return the pause or None to wait for wake()."""
        raise NotImplementedError

    def wake(self) -> None:
        self.awake.set()

    def run(self) -> None:
        while not self.stopping.is_set():
            pause = self.run_safely()
            self.awake.wait(pause)
            self.awake.clear()

    def run_safely(self) -> float | None:
        """Run the task once, record any exception, and return the pause."""
        try:
            pause = self.run_once()
            if self._failing:
                failures.clear(self.name)
                self._failing = False
        except Exception as exc:  # noqa: BLE001 - must not end the thread
            return self._failed(exc)
        finally:
            connection.close()
        return pause

    def _failed(self, exc: Exception) -> float:
        self._failing = True
        try:
            failure = failures.record(self.name, exc)
        except (DatabaseError, InterfaceError) as away:
            logger.warning("%s: %s; the database: %s", self.name, exc, away)
            return PAUSE_WHEN_DOWN_S
        return max(PAUSE_WHEN_DOWN_S, failures.pause_s(failure.failures))


class Chore(Loop):
    """Call a function at an interval, in a thread of its own."""

    def __init__(
        self,
        name: str,
        stopping: threading.Event,
        do: Callable[[], object],
        every_s: float,
    ) -> None:
        super().__init__(name, stopping)
        self._do = do
        self._every_s = every_s

    def run_once(self) -> float:
        self._do()
        return self._every_s
