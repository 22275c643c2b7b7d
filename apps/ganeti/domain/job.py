"""A job of ours from the click to its end: its states, their order, Ganeti's words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self, TypedDict

from ..rapi.errors import gettext_noop
from . import joberror
from .values import LAST_SECOND, shown


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

    ``call`` is a name in `jobs.steps.CALLS`, ``arguments`` what it takes.
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


@dataclass(frozen=True, slots=True)
class JobReport:
    """What Ganeti says about one job; ``status`` None: it does not say where it is.

    Read leniently: whatever a field holds, what can be read of the others is kept,
    since a job that cannot be read at all could never end.
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

        ``summary`` is what Ganeti calls its opcodes, as ``INSTANCE_REBOOT(web1)``.
        """
        ended_at = _moment(row.get("end_ts"))
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
            received_at=_moment(row.get("received_ts")),
        )


# Ganeti's words for where a job is: those of ours that it has, too.
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


def _status(word: object, *, ended: bool) -> tuple[JobStatus | None, str]:
    """Return a job's status, and what is to be said about a word that is not known.

    Such a job is followed on until it has ended; how, nobody can tell then.
    """
    known = _STATUSES.get(word) if isinstance(word, str) else None
    if known or not word or not ended:
        return known, ""
    text = gettext_noop("Ganeti reports an unknown status for the job")
    return JobStatus.LOST, f"{text}: {shown(word)}"


def _id(value: object) -> int:
    """Return Ganeti's id of a job, text before 2.8; 0 for what is none."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:20])
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63:
        return value
    return 0


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _moment(stamp: object) -> datetime | None:
    """Read Ganeti's ``[seconds, microseconds]``."""
    match stamp:
        case [int() | float() as seconds, int() | float() as micros]:
            if 0 < seconds < LAST_SECOND and 0 <= micros < 1_000_000:
                return datetime.fromtimestamp(seconds + micros / 1e6, UTC)
    return None


def _log(oplog: object) -> Iterator[LogLine]:
    """Return the lines of ``oplog`` entries: ``[serial, time, type, message]``."""
    at = datetime.fromtimestamp(0, UTC)
    for opcode in _list(oplog):
        for entry in _list(opcode):
            match entry:
                case [serial, stamp, "message", message]:
                    at = _moment(stamp) or at
                    text = joberror.spell(message)
                    yield LogLine(_id(serial), at, text)


def _reasons(ops: object) -> Iterator[str]:
    trails = [op.get("reason") for op in _list(ops) if isinstance(op, dict)]
    for trail in trails:
        for step in _list(trail):
            match step:
                case [_, str(text), *_]:
                    yield joberror.spell(text)
