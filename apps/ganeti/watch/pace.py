"""How often a cluster is asked about jobs, and how long an answer may take.

Times are those of a monotonic clock, in seconds, and are given by the caller.
"""

from dataclasses import dataclass, field

# At first twice a second; then a tenth of the time since something last changed.
SHORTEST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0
# How long an answer about jobs may take at first, so that one that never comes does
# not keep the next question; doubled until one comes.
PATIENCE_S = 4.0
MOST_PATIENCE_S = 64.0
# How long a job must be missing before it is given up: it may be on its way.
MISSING_FOR_S = 3.0


@dataclass(slots=True)
class Pace:
    """Pace of the questions about one cluster's jobs."""

    changed_at: float
    patience_s: float = PATIENCE_S
    _next_call_at: float = float("-inf")
    _missing_since: dict[int, float] = field(default_factory=dict)

    def changed(self, now: float) -> None:
        """Note that something has changed, so that more may soon."""
        self.changed_at = now

    def wait_s(self, now: float) -> float:
        """Return how long to wait before a question: at most two calls a second."""
        return max(0.0, self._next_call_at - now)

    def answered(self, began: float, calls: int) -> None:
        """Note an answer to a question that began at a time and took some calls."""
        self.patience_s = PATIENCE_S
        self._next_call_at = began + SHORTEST_PAUSE_S * calls

    def not_answered(self, now: float) -> None:
        """Note that no answer came; the next one may take twice as long."""
        self.changed(now)
        self.patience_s = min(2 * self.patience_s, MOST_PATIENCE_S)

    def pause_s(self, began: float, now: float) -> float:
        """Return what is left of the time between two questions."""
        quiet_s = now - self.changed_at
        between_s = min(max(SHORTEST_PAUSE_S, quiet_s / 10), LONGEST_PAUSE_S)
        return max(0.0, began + between_s - now)

    def missing_too_long(self, job: int, now: float) -> bool:
        """Note that a job is missing; tell whether it has been for too long."""
        since = self._missing_since.setdefault(job, now)
        return now - since >= MISSING_FOR_S

    def ended(self, job: int) -> None:
        self._missing_since.pop(job, None)

    def all_ended(self) -> None:
        self._missing_since.clear()
