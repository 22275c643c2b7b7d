"""Jobs in a cluster's queue, whoever submitted them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from apps.work.aware_datetime import AwareDatetime

from . import joberror
from .job import FINAL, JobReport, JobStatus, LogLine, parse_timestamp

# Without parameters, logs and results, which may be long.
LIST_FIELDS = ("id", "status", "summary", "received_ts", "opexec", "end_ts")
DETAIL_FIELDS = (*LIST_FIELDS, "ops", "opstatus", "opresult", "oplog")

MAX_SUMMARIES = 100
MAX_SUMMARY_LENGTH = 300
MAX_LOG_LINES = 500
MAX_LINE_LENGTH = 2000
MAX_REASONS = 20

# Of opcodes that have no summary, and as in "INSTANCE_REBOOT(web1.example.org)".
UNKNOWN_OPCODE = "?"
# What Ganeti itself adds to the reason trail of each opcode.
_OPCODE_REASON = re.compile(r"job=\d+;index=\d+\Z")
_SUMMARY = re.compile(r"([A-Z][A-Z0-9_]*)(?:\((.*)\))?\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Opcode:
    """An opcode of a job, as its summary names it; ``object_name`` may be empty."""

    name: str
    object_name: str

    @classmethod
    def parse(cls, summary: str) -> Self:
        match = _SUMMARY.match(summary)
        if match is None:
            return cls(summary or UNKNOWN_OPCODE, "")
        return cls(match[1], match[2] or "")

    @property
    def on_instance(self) -> bool:
        return self.name.startswith("INSTANCE_")


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """A job as the list of a cluster's queue shows it.

    ``status`` is None if Ganeti reports one that is unknown here. ``started_at`` is
    when its first opcode had its locks (``opexec``): until then, the job waits.
    """

    id: int
    status: JobStatus | None
    summaries: tuple[str, ...]
    received_at: AwareDatetime | None = None
    started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None

    @classmethod
    def from_rapi(cls, row: Mapping[str, Any]) -> Self | None:
        """Build from LIST_FIELDS; None if the job has no ID or isn't in the queue."""
        report = JobReport.from_rapi({**row, "oplog": None, "ops": None})
        if not report.id or not row.get("status"):
            return None
        return cls(
            id=report.id,
            status=report.status,
            summaries=tuple(
                joberror.to_text(summary)[:MAX_SUMMARY_LENGTH]
                for summary in report.summary[:MAX_SUMMARIES]
            ),
            received_at=report.received_at,
            started_at=_started_at(row),
            ended_at=report.ended_at,
        )

    @property
    def finished(self) -> bool:
        return self.status in FINAL or self.ended_at is not None

    @property
    def opcodes(self) -> Iterator[Opcode]:
        return map(Opcode.parse, self.summaries)

    @property
    def opcode(self) -> Opcode:
        """The first opcode; most jobs have only one."""
        return next(self.opcodes, Opcode(UNKNOWN_OPCODE, ""))

    @property
    def waited(self) -> timedelta | None:
        """How long it waited before it ran; None while it waits."""
        return _between(self.received_at, self.started_at)

    @property
    def ran(self) -> timedelta | None:
        """How long it ran; None unless it has started and ended."""
        return _between(self.started_at, self.ended_at)


def _started_at(row: Mapping[str, Any]) -> AwareDatetime | None:
    """Return when the job began to run; in lists of old versions, when it was taken."""
    executed = row.get("opexec")
    first = executed[0] if isinstance(executed, list) and executed else None
    return parse_timestamp(first or row.get("start_ts"))


def _between(
    start: AwareDatetime | None, end: AwareDatetime | None
) -> timedelta | None:
    """Return the time between, not below zero: clocks may have been set."""
    return max(end - start, timedelta()) if start and end else None


@dataclass(frozen=True, slots=True)
class OpcodeDetail:
    """An opcode with its status and log; ``result`` is empty if it failed."""

    summary: str
    status: JobStatus | None
    log: tuple[LogLine, ...]
    log_omitted: int  # lines before those in ``log``
    result: str


@dataclass(frozen=True, slots=True)
class JobDetail:
    """A job as its own page shows it.

    ``error`` is Ganeti's message if it failed, ``reasons`` are the texts of its reason
    trail. Parameters of opcodes are left out: they may contain secrets.
    """

    job: QueuedJob
    opcodes: tuple[OpcodeDetail, ...]
    reasons: tuple[str, ...]
    error: str

    @classmethod
    def from_rapi(cls, row: Mapping[str, Any]) -> Self | None:
        """Build from DETAIL_FIELDS; None if the cluster doesn't know the job."""
        job = QueuedJob.from_rapi(row)
        if job is None:
            return None
        report = JobReport.from_rapi({**row, "oplog": None})
        texts = (text[:MAX_LINE_LENGTH] for text in report.reasons)
        reasons = dict.fromkeys(t for t in texts if t and not _OPCODE_REASON.match(t))
        return cls(
            job=job,
            opcodes=tuple(_opcodes(job, row)),
            reasons=tuple(reasons)[:MAX_REASONS],
            error=report.message,
        )


def _opcodes(job: QueuedJob, row: Mapping[str, Any]) -> Iterator[OpcodeDetail]:
    statuses, logs, results = (
        value if isinstance(value := row.get(field), list) else []
        for field in ("opstatus", "oplog", "opresult")
    )
    for number, summary in enumerate(job.summaries):
        one_log = logs[number : number + 1]
        report = JobReport.from_rapi(
            {"status": _item(statuses, number), "oplog": one_log}
        )
        lines = [
            LogLine(line.serial, line.at, line.text[:MAX_LINE_LENGTH])
            for line in report.log[-MAX_LOG_LINES:]
        ]
        failed = report.status is JobStatus.ERROR
        yield OpcodeDetail(
            summary=summary,
            status=report.status,
            log=tuple(lines),
            log_omitted=len(report.log) - len(lines),
            result="" if failed else _result(_item(results, number)),
        )


def _item(values: list[Any], number: int) -> Any:
    return values[number] if number < len(values) else None


def _result(value: object) -> str:
    """Return a result worth showing; most opcodes return nothing, or a boolean."""
    if value is None or isinstance(value, bool):
        return ""
    return joberror.to_text(value)[:MAX_LINE_LENGTH]
