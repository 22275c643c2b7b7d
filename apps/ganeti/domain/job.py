"""A job of ours from the click to its end: its states, their order, Ganeti's words."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self, TypedDict


class JobStatus(StrEnum):
    """Where a job is; the order of the members is the order of its life."""

    PLANNED = "planned"  # follows from a job that succeeded; the watcher will submit it
    SUBMITTING = "submitting"  # written down, Ganeti not asked yet or asked just now
    IN_DOUBT = "in_doubt"  # asked, no answer: found by its key, or never submitted
    QUEUED = "queued"
    WAITING = "waiting"
    RUNNING = "running"
    CANCELING = "canceling"
    SUCCESS = "success"
    ERROR = "error"
    CANCELED = "canceled"
    REFUSED = "refused"  # Ganeti said no to the call; there is no job
    NOT_SUBMITTED = "not_submitted"  # it never reached Ganeti
    LOST = "lost"  # gone from Ganeti's queue before we saw its end


FINAL = frozenset(
    {
        JobStatus.SUCCESS,
        JobStatus.ERROR,
        JobStatus.CANCELED,
        JobStatus.REFUSED,
        JobStatus.NOT_SUBMITTED,
        JobStatus.LOST,
    }
)
UNFINISHED = frozenset(JobStatus) - FINAL
# Without a Ganeti job id: there is nothing to follow yet.
WITHOUT_ID = frozenset({JobStatus.PLANNED, JobStatus.SUBMITTING, JobStatus.IN_DOUBT})


def may_become(old: JobStatus, new: JobStatus) -> bool:
    """Tell whether a job in state ``old`` may be moved to ``new``.

    Ganeti may put a waiting job back into the queue, so states that are followed
    change among each other; what is final stays.
    """
    if old in FINAL:
        return False
    if new in WITHOUT_ID:
        return old in WITHOUT_ID
    return True


class Step(TypedDict):
    """A call that follows when a job has succeeded; kept as JSON with the job.

    ``call`` is a name in `services.steps.CALLS`, ``arguments`` what it takes.
    """

    kind: str
    call: str
    arguments: dict[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a job's log, with the opcode's number that wrote it."""

    serial: int
    at: datetime
    text: str

    @classmethod
    def from_rapi(cls, entry: Sequence[Any]) -> Self:
        """Build from an ``oplog`` entry: ``[serial, [seconds, µs], type, message]``."""
        serial, (seconds, micros), _kind, message = entry
        at = datetime.fromtimestamp(seconds + micros / 1e6, UTC)
        return cls(int(serial), at, str(message).strip())


@dataclass(frozen=True, slots=True)
class JobReport:
    """What Ganeti says about one job; ``status`` None: the queue does not know it."""

    id: int
    status: JobStatus | None
    message: str = ""
    log: tuple[LogLine, ...] = ()
    reasons: tuple[str, ...] = ()
    ended_at: datetime | None = None
    summary: tuple[str, ...] = ()
    received_at: datetime | None = None

    @classmethod
    def from_rapi(cls, row: dict[str, Any]) -> Self:
        """Build from the fields id, status, opresult, oplog, ops, end_ts of a job.

        ``summary`` is what Ganeti calls its opcodes, as ``INSTANCE_REBOOT(web1)``.
        """
        status = row.get("status")
        return cls(
            id=int(row["id"]),
            status=JobStatus(status) if status else None,
            message=_error(row.get("opresult")) if status == JobStatus.ERROR else "",
            log=_log(row.get("oplog")),
            reasons=_reasons(row.get("ops")),
            ended_at=_time(row.get("end_ts")),
            summary=tuple(row.get("summary") or ()),
            received_at=_time(row.get("received_ts")),
        )


def _time(stamp: Sequence[int] | None) -> datetime | None:
    """Read Ganeti's ``[seconds, microseconds]``."""
    if not stamp:
        return None
    seconds, micros = stamp
    return datetime.fromtimestamp(seconds + micros / 1e6, UTC)


def _log(oplog: Any) -> tuple[LogLine, ...]:
    entries = [entry for opcode in oplog or () for entry in opcode or ()]
    return tuple(LogLine.from_rapi(entry) for entry in entries if entry[2] == "message")


def _reasons(ops: Any) -> tuple[str, ...]:
    trails = [op.get("reason") or () for op in ops or () if isinstance(op, dict)]
    return tuple(str(step[1]) for trail in trails for step in trail)


def _error(opresult: Any) -> str:
    """Return the reason of a failure in Ganeti's words.

    An opcode's result is then ``[class, [message, code]]`` or ``[class, [message]]``
    (Ganeti's ``errors.EncodeException``); opcodes after it have none.
    """
    for result in opresult or ():
        match result:
            case [str(), [str(message), *_]]:
                return html.unescape(message)
            case str(message) if message:
                return html.unescape(message)
    return ""
