"""Wake-ups from beanstalkd: taken, kept while their jobs run, deleted at the end."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import greenstalk

from apps.work.loops import PAUSE_WHEN_DOWN_S, Loop

from ..jobs import wakeups
from ..models import Job

logger = logging.getLogger(__name__)


@dataclass
class Announced:
    """What beanstalkd gave us: messages by the row's key, kept until it is finished."""

    client: "greenstalk.Client[bytes]"
    held: dict[int, "greenstalk.Job[bytes]"] = field(default_factory=dict)
    touched_at: float = field(default_factory=time.monotonic)


class Listener(Loop):
    """Takes wake-ups from beanstalkd and keeps them until their jobs have ended."""

    def __init__(
        self, follow: Callable[[int], bool], stopping: threading.Event
    ) -> None:
        """Hand the keys of rows to ``follow``, which says whether there is a need."""
        super().__init__("listener", stopping)
        self._follow = follow
        self._announced: Announced | None = None

    @property
    def connected(self) -> bool:
        return self._announced is not None

    def turn(self) -> float:
        try:
            announced = self._connected()
            self._reserve(announced)
            self._settle(announced)
        except wakeups.CONNECTION_ERRORS as exc:
            self._lost(exc)
            return PAUSE_WHEN_DOWN_S
        return 0

    def _connected(self) -> Announced:
        if self._announced is None:
            self._announced = Announced(wakeups.connect())
            logger.info("beanstalkd answers")
        return self._announced

    def _lost(self, exc: Exception) -> None:
        if self._announced is not None:
            logger.warning("beanstalkd is away: %s", exc)
            self._announced.client.close()
        self._announced = None

    def _reserve(self, announced: Announced) -> None:
        """Take what is there; wait a second for the first."""
        timeout = 1
        while not self.stopping.is_set():
            try:
                reserved = announced.client.reserve(timeout=timeout)
            except greenstalk.TimedOutError:
                return
            self._take(announced, reserved)
            timeout = 0

    def _take(self, announced: Announced, reserved: "greenstalk.Job[bytes]") -> None:
        try:
            message = wakeups.parse(reserved)
        except wakeups.MalformedError as exc:
            logger.error("A message that is none of ours is buried: %s", exc)  # noqa: TRY400
            announced.client.bury(reserved)
            return
        if self._follow(message.job_pk):
            previous = announced.held.pop(message.job_pk, None)
            if previous is not None:
                announced.client.delete(previous)
            announced.held[message.job_pk] = reserved
        else:
            announced.client.delete(reserved)

    def _settle(self, announced: Announced) -> None:
        """Delete the messages of jobs that ended, touch the others now and then."""
        if not announced.held:
            return
        unfinished = set(
            Job.objects.unfinished()
            .filter(pk__in=announced.held)
            .values_list("pk", flat=True)
        )
        for pk in announced.held.keys() - unfinished:
            announced.client.delete(announced.held.pop(pk))
        if time.monotonic() - announced.touched_at > wakeups.TIME_TO_RUN_S / 3:
            for reserved in announced.held.values():
                announced.client.touch(reserved)
            announced.touched_at = time.monotonic()
