"""Receive wake-ups from beanstalkd and hold them until their jobs have ended."""

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
class BeanstalkSession:
    """A connection to beanstalkd, and the messages held for unfinished jobs, by pk."""

    client: "greenstalk.Client[bytes]"
    held_messages: dict[int, "greenstalk.Job[bytes]"] = field(default_factory=dict)
    touched_at: float = field(default_factory=time.monotonic)


class Listener(Loop):
    """Loop that receives wake-ups and holds them until their jobs have ended."""

    def __init__(
        self, follow: Callable[[int], bool], stopping: threading.Event
    ) -> None:
        """Pass keys of jobs to ``follow``, which returns whether to hold messages."""
        super().__init__("listener", stopping)
        self._follow = follow
        self._session: BeanstalkSession | None = None

    @property
    def connected(self) -> bool:
        return self._session is not None

    def run_once(self) -> float:
        try:
            session = self._connect()
            self._reserve(session)
            self._delete_finished(session)
        except wakeups.CONNECTION_ERRORS as exc:
            self._disconnect(exc)
            return PAUSE_WHEN_DOWN_S
        return 0

    def _connect(self) -> BeanstalkSession:
        if self._session is None:
            self._session = BeanstalkSession(wakeups.connect())
            logger.info("beanstalkd answers")
        return self._session

    def _disconnect(self, exc: Exception) -> None:
        if self._session is not None:
            logger.warning("beanstalkd is away: %s", exc)
            self._session.client.close()
        self._session = None

    def _reserve(self, session: BeanstalkSession) -> None:
        """Receive all waiting messages; wait up to a second for the first."""
        timeout = 1
        while not self.stopping.is_set():
            try:
                reserved = session.client.reserve(timeout=timeout)
            except greenstalk.TimedOutError:
                return
            self._take(session, reserved)
            timeout = 0

    def _take(
        self, session: BeanstalkSession, reserved: "greenstalk.Job[bytes]"
    ) -> None:
        try:
            message = wakeups.parse(reserved)
        except wakeups.MalformedError as exc:
            logger.error("A message that is none of ours is buried: %s", exc)  # noqa: TRY400
            session.client.bury(reserved)
            return
        if self._follow(message.job_pk):
            previous = session.held_messages.pop(message.job_pk, None)
            if previous is not None:
                session.client.delete(previous)
            session.held_messages[message.job_pk] = reserved
        else:
            session.client.delete(reserved)

    def _delete_finished(self, session: BeanstalkSession) -> None:
        """Delete the messages of ended jobs; touch the others periodically."""
        if not session.held_messages:
            return
        unfinished = set(
            Job.objects.unfinished()
            .filter(pk__in=session.held_messages)
            .values_list("pk", flat=True)
        )
        for pk in session.held_messages.keys() - unfinished:
            session.client.delete(session.held_messages.pop(pk))
        if time.monotonic() - session.touched_at > wakeups.TIME_TO_RUN_S / 3:
            for reserved in session.held_messages.values():
                session.client.touch(reserved)
            session.touched_at = time.monotonic()
