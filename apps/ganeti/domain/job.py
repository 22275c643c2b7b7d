"""Jobs: their statuses, the order of these, and Ganeti's reports of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self, TypedDict

from ..rapi.errors import gettext_noop
from . import joberror
from .values import MAX_TIMESTAMP, describe


class JobStatus(StrEnum):
    """The status of a job; members are in the order in which a job passes them."""

    PLANNED = "planned"  # follows from a job that succeeded; the watcher will submit it
    SUBMITTING = "submitting"  # stored, the call is about to be made or being made
    IN_DOUBT = "in_doubt"  # no answer: to be found by its key, or never submitted
    QUEUED = "queued"
    WAITING = "waiting"
    RUNNING = "running"
    CANCELING = "canceling"
    SUCCESS = "success"
    ERROR = "error"
    CANCELED = "canceled"
    REFUSED = "refused"  # Ganeti refused the call; there is no job
    NOT_SUBMITTED = "not_submitted"  # it never reached Ganeti
    LOST = "lost"  # gone from Ganeti's queue before its end was seen


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
# Without a Ganeti job id, there is nothing to track yet.
WITHOUT_ID = frozenset({JobStatus.PLANNED, JobStatus.SUBMITTING, JobStatus.IN_DOUBT})


def may_become(old: JobStatus, new: JobStatus) -> bool:
    """Return whether a job in status ``old`` may change to ``new``.

    Ganeti may put a waiting job back into the queue, so tracked statuses may change in
    any order; final ones do not change.
    """
    if old in FINAL:
        return False
    if new in WITHOUT_ID:
        return old in WITHOUT_ID
    return True


class Step(TypedDict):
    """A call to make after a job has succeeded; stored as JSON with the job.

    ``call`` is a name in `jobs.steps.CALLS`, ``arguments`` are its arguments.
    """

    kind: str
    call: str
    arguments: dict[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a job's log, with its serial number."""

    serial: int
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class JobReport:
    """Ganeti's report of one job; ``status`` is None if it is missing.

    Parsed leniently: an unreadable field does not affect the others, since a job that
    cannot be read at all could never end.
    """

    id: int
    status: JobStatus | None
    message: str = ""
    log: tuple[LogLine, ...] = ()
    reasons: tuple[str, ...] = ()
    ended_at: datetime | None = None
    summary: tuple[str, ...] = ()
    received_at: datetime | None = None

    @classmethod
    def from_rapi(cls, row: Mapping[str, Any]) -> Self:
        """Build from the fields id, status, opresult, oplog, ops, end_ts of a job.

        ``summary`` has Ganeti's names of its opcodes: ``INSTANCE_REBOOT(web1)``.
        """
        ended_at = parse_timestamp(row.get("end_ts"))
        status, message = _status(row.get("status"), ended=ended_at is not None)
        if status is JobStatus.ERROR:
            message = joberror.describe(row.get("opresult"))
        return cls(
            id=_id(row.get("id")),
            status=status,
            message=message,
            log=tuple(_log(row.get("oplog"))),
            reasons=tuple(_reasons(row.get("ops"))),
            ended_at=ended_at,
            summary=tuple(s for s in _list(row.get("summary")) if isinstance(s, str)),
            received_at=parse_timestamp(row.get("received_ts")),
        )


# The statuses that Ganeti has, too, by its name.
_STATUSES = {
    status.value: status
    for status in (
        JobStatus.QUEUED,
        JobStatus.WAITING,
        JobStatus.RUNNING,
        JobStatus.CANCELING,
        JobStatus.SUCCESS,
        JobStatus.ERROR,
        JobStatus.CANCELED,
    )
}


def _status(value: object, *, ended: bool) -> tuple[JobStatus | None, str]:
    """Return a job's status, and a message if it is unknown and the job has ended.

    A job with an unknown status is tracked until it has ended; its outcome is unknown.
    """
    status = _STATUSES.get(value) if isinstance(value, str) else None
    if status or not value or not ended:
        return status, ""
    text = gettext_noop("Ganeti reports an unknown status for the job")
    return JobStatus.LOST, f"{text}: {describe(value)}"


def _id(value: object) -> int:
    """Return Ganeti's id of a job, text before 2.8; 0 if it is invalid."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:20])
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63:
        return value
    return 0


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def parse_timestamp(stamp: object) -> datetime | None:
    """Parse Ganeti's ``[seconds, microseconds]``."""
    match stamp:
        case [int() | float() as seconds, int() | float() as micros]:
            if 0 < seconds < MAX_TIMESTAMP and 0 <= micros < 1_000_000:
                return datetime.fromtimestamp(seconds + micros / 1e6, UTC)
    return None


def _log(oplog: object) -> Iterator[LogLine]:
    """Return the lines of ``oplog`` entries: ``[serial, time, type, message]``."""
    at = datetime.fromtimestamp(0, UTC)
    for opcode in _list(oplog):
        for entry in _list(opcode):
            match entry:
                case [serial, stamp, "message", message]:
                    at = parse_timestamp(stamp) or at
                    text = joberror.to_text(message)
                    yield LogLine(_id(serial), at, text)


def _reasons(ops: object) -> Iterator[str]:
    trails = [op.get("reason") for op in _list(ops) if isinstance(op, dict)]
    for trail in trails:
        for step in _list(trail):
            match step:
                case [_, str(text), *_]:
                    yield joberror.to_text(text)
