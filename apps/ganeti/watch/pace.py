"""Poll interval and response timeout for the jobs of a cluster.

Times are of a monotonic clock, in seconds, and passed by the caller.
"""

from dataclasses import dataclass, field

# Between polls: at first half a second, then a tenth of the time since the last change.
SHORTEST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0
# How long a response may take at first, so that a lost one does not delay the next
# poll; doubled until one arrives.
PATIENCE_S = 4.0
MOST_PATIENCE_S = 64.0
# How long a job must be missing before it is given up, since it may be on its way.
MISSING_FOR_S = 3.0


@dataclass(slots=True)
class Pace:
    """Poll interval and timeout for one cluster's jobs."""

    changed_at: float
    patience_s: float = PATIENCE_S
    _next_call_at: float = float("-inf")
    _missing_since: dict[int, float] = field(default_factory=dict)

    def changed(self, now: float) -> None:
        """Record a change, after which polls are frequent again."""
        self.changed_at = now

    def wait_s(self, now: float) -> float:
        """Return how long to wait before a poll, for at most two calls per second."""
        return max(0.0, self._next_call_at - now)

    def answered(self, started_at: float, calls: int) -> None:
        """Record the response to a poll of some calls that started at a time."""
        self.patience_s = PATIENCE_S
        self._next_call_at = started_at + SHORTEST_PAUSE_S * calls

    def not_answered(self, now: float) -> None:
        """Record a missing response; the next one may take twice as long."""
        self.changed(now)
        self.patience_s = min(2 * self.patience_s, MOST_PATIENCE_S)

    def pause_s(self, started_at: float, now: float) -> float:
        """Return the remaining time until the next poll."""
        quiet_s = now - self.changed_at
        between_s = min(max(SHORTEST_PAUSE_S, quiet_s / 10), LONGEST_PAUSE_S)
        return max(0.0, started_at + between_s - now)

    def missing_too_long(self, job: int, now: float) -> bool:
        """Record that a job is missing; return whether it has been for too long."""
        missing_since = self._missing_since.setdefault(job, now)
        return now - missing_since >= MISSING_FOR_S

    def ended(self, job: int) -> None:
        self._missing_since.pop(job, None)

    def all_ended(self) -> None:
        self._missing_since.clear()
