"""A thread that does something again and again, whatever goes wrong in one turn."""

import logging
import threading
from collections.abc import Callable

from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)

PAUSE_WHEN_DOWN_S = 1.5


class Loop(threading.Thread):
    """A thread that does something, pauses, and does it again until told to stop."""

    def __init__(self, name: str, stopping: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.stopping = stopping
        self.awake = threading.Event()

    def turn(self) -> float | None:
        """Do it once; return the pause in seconds, None: until woken."""
        raise NotImplementedError

    def wake(self) -> None:
        self.awake.set()

    def run(self) -> None:
        while not self.stopping.is_set():
            pause = self._safe_turn()
            self.awake.wait(pause)
            self.awake.clear()

    def _safe_turn(self) -> float | None:
        try:
            return self.turn()
        except DatabaseError as exc:
            logger.warning("%s: database: %s", self.name, exc)
        except Exception:
            # A fault in one turn must not end the watch: it is reported, and tried
            # again.
            logger.exception("%s failed", self.name)
        finally:
            connection.close()
        return PAUSE_WHEN_DOWN_S


class Chore(Loop):
    """Calls a function every so many seconds, in a thread of its own."""

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

    def turn(self) -> float:
        self._do()
        return self._every_s
