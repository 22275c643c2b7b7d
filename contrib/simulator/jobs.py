"""The job queue: locks, time and the records that a client reads.

Nothing runs by itself: each request first moves the queue on to the present, so a
quiet cluster costs nothing and ten thousand instances need no thread.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from contrib.simulator.errors import OpError
from contrib.simulator.opcodes import OPCODES, Opcode
from contrib.simulator.spec import Version

Timestamp = list[int]
Work = Generator[float, None, Any]
Runner = Callable[["Op"], Work]

QUEUE_SECONDS = 0.37  # from submission until a job is picked up
LOCK_SECONDS = 0.12  # from then until it has its locks, when they are free
FAILURE_SECONDS = 0.1
ARCHIVE_EVERY_S = 60
FINAL = frozenset({"success", "error", "canceled"})


def timestamp(moment: float) -> Timestamp:
    return [int(moment), int(moment % 1 * 1_000_000)]


@dataclass(slots=True)
class Op:
    """One opcode of a job."""

    opcode: Opcode
    params: dict[str, Any]
    reason: list[list[Any]]
    dry_run: bool | None = None
    status: str = "queued"
    result: Any = None
    log: list[list[Any]] = field(default_factory=list)
    start_ts: Timestamp | None = None
    exec_ts: Timestamp | None = None
    end_ts: Timestamp | None = None
    now: float = 0

    @property
    def target(self) -> str | None:
        """The instance that the opcode locks, if any."""
        if self.params.get("kind", "instance") != "instance":
            return None
        name = self.params.get("instance_name") or self.params.get("name")
        return str(name) if name else None

    @property
    def summary(self) -> str:
        short = self.opcode.id.removeprefix("OP_")
        subject = self.opcode.subject
        return f"{short}({self.params[subject]})" if subject else short

    def say(self, text: str) -> None:
        """Append a line to the job's log; its serial counts over the whole job."""
        self.log.append([0, timestamp(self.now), "message", text])

    def info(self, text: str) -> None:
        self.say(f" - INFO: {text}")

    def document(self) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        if self.dry_run is not None:
            answer["dry_run"] = self.dry_run
        if self.exec_ts is not None:
            answer["debug_level"] = 0
        answer |= {"priority": 0, "depends": None, "comment": None}
        return {**answer, "reason": self.reason, "OP_ID": self.opcode.id, **self.params}


@dataclass(slots=True)
class Job:
    """One job; ``exists`` is False for an id that was never given out."""

    id: int
    ops: list[Op] = field(default_factory=list)
    status: str = "queued"
    received_ts: Timestamp | None = None
    start_ts: Timestamp | None = None
    end_ts: Timestamp | None = None
    ended: float = 0
    archived: bool = False
    exists: bool = True
    current: int = 0
    work: Work | None = None

    def shown_id(self, release: Version) -> int | str:
        """Return the id as a number, or as text before version 2.8."""
        return self.id if release >= (2, 8) else str(self.id)

    @property
    def final(self) -> bool:
        return self.status in FINAL

    @property
    def op(self) -> Op:
        return self.ops[self.current]

    @property
    def targets(self) -> set[str]:
        return {op.target for op in self.ops if op.target}

    def number_log(self) -> None:
        """Give the lines of the log serials that count through all opcodes."""
        serial = 0
        for op in self.ops:
            for line in op.log:
                serial += 1
                line[0] = serial


class Queue:
    """All jobs of one cluster."""

    def __init__(
        self, run: Runner, *, speed: float, archive_after_s: float, max_running: int
    ) -> None:
        self._run = run
        self.speed = speed
        self.archive_after_s = archive_after_s
        self.max_running = max_running
        self.jobs: dict[int, Job] = {}
        self.durations: dict[str, float] = {}
        self.failures: dict[str, list[str]] = {}
        self.last_id = 0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._event_serial = 0
        self._holders: dict[str, list[int]] = {}
        self._active: set[int] = set()
        self._backlog: list[Job] = []
        self._next_archiving = time.time() + ARCHIVE_EVERY_S
        self.now = time.time()

    # Submitting and looking

    def submit(self, ops: list[Op]) -> Job:
        self.last_id += 1
        job = Job(self.last_id, ops, received_ts=timestamp(self.now))
        for index, op in enumerate(ops):
            word = op.opcode.id.removeprefix("OP_").lower()
            note = f"job={job.id};index={index}"
            stamp = int(self.now * 1_000_000) * 1000
            op.reason.append([f"gnt:opcode:{word}", note, stamp])
        self.jobs[job.id] = job
        self._after(QUEUE_SECONDS / self.speed, lambda: self._pick_up(job))
        return job

    def get(self, job_id: int) -> Job:
        return self.jobs.get(job_id) or Job(job_id, exists=False)

    def listed(self) -> list[Job]:
        return [job for job in self.jobs.values() if not job.archived]

    def cancel(self, job_id: int) -> tuple[bool, str]:
        job = self.jobs.get(job_id)
        if job is None or job.final:
            return False, f"Job {job_id} not found in queue"
        if job.status == "running":
            return False, "Job no longer waiting, can't cancel (informed it anyway)"
        for op in job.ops:
            op.status, op.result = "canceled", "Job canceled by request"
        self._finish(job, "canceled")
        return True, "Job successfully cancelled"

    def archive(self, older_than: float | None = None) -> int:
        """Archive finished jobs, or only those that ended before some moment."""
        count = 0
        for job in self.listed():
            if job.final and (older_than is None or job.ended < older_than):
                job.archived = True
                count += 1
        return count

    # Time

    def advance(self, now: float) -> None:
        """Process all events due by ``now``."""
        while self._events and self._events[0][0] <= now:
            moment, _, action = heapq.heappop(self._events)
            self.now = moment
            action()
        self.now = max(self.now, now)
        if now >= self._next_archiving:
            self._next_archiving = now + ARCHIVE_EVERY_S
            self.archive(older_than=now - self.archive_after_s)

    def next_event(self) -> float | None:
        """Return the time of the next event, if any."""
        return self._events[0][0] if self._events else None

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        self._event_serial += 1
        event = (self.now + seconds, self._event_serial, action)
        heapq.heappush(self._events, event)

    # The life of a job

    def _pick_up(self, job: Job) -> None:
        if job.final:
            return
        if len(self._active) >= self.max_running:
            self._backlog.append(job)
            return
        self._active.add(job.id)
        job.status = job.op.status = "waiting"
        job.start_ts = job.op.start_ts = timestamp(self.now)
        for name in job.targets:
            self._holders.setdefault(name, []).append(job.id)
        self._try_locks(job)

    def _try_locks(self, job: Job) -> None:
        if all(self._holders[name][0] == job.id for name in job.targets):
            self._after(LOCK_SECONDS / self.speed, lambda: self._begin(job))

    def _begin(self, job: Job) -> None:
        if job.final:
            return
        op = job.op
        op.start_ts = op.start_ts or timestamp(self.now)
        job.status = op.status = "running"
        op.exec_ts = timestamp(self.now)
        job.work = self._run(op)
        self._step(job)

    def _step(self, job: Job) -> None:
        op = job.op
        op.now = self.now
        if job.work is None:
            return
        try:
            share = next(job.work)
        except StopIteration as completion:
            self._op_done(job, completion.value)
        except OpError as error:
            self._op_failed(job, error)
        else:
            job.number_log()
            self._after(self._seconds(op, share), lambda: self._step(job))

    def _seconds(self, op: Op, share: float) -> float:
        total = self.durations.get(op.opcode.id)
        if total is None:
            total = op.opcode.seconds / self.speed
        return total * share

    def _op_done(self, job: Job, result: Any) -> None:
        op = job.op
        op.status, op.result, op.end_ts = "success", result, timestamp(self.now)
        job.number_log()
        if job.current + 1 == len(job.ops):
            self._finish(job, "success")
            return
        job.current += 1
        job.op.status = "waiting"
        self._begin(job)

    def _op_failed(self, job: Job, error: OpError) -> None:
        job.op.result = error.result
        job.op.end_ts = timestamp(self.now)
        job.op.status = "error"
        for op in job.ops[job.current + 1 :]:
            op.status = "error"
            op.result = ["OpExecError", ["Preceding opcode failed"]]
            op.end_ts = timestamp(self.now)
        self._finish(job, "error")

    def _finish(self, job: Job, status: str) -> None:
        job.status, job.ended, job.work = status, self.now, None
        job.end_ts = timestamp(self.now)
        job.number_log()
        self._active.discard(job.id)
        for name in job.targets:
            self._unlock(name, job)
        if self._backlog:
            self._pick_up(self._backlog.pop(0))

    def _unlock(self, name: str, job: Job) -> None:
        holders = self._holders.get(name, [])
        was_first = bool(holders) and holders[0] == job.id
        if job.id in holders:
            holders.remove(job.id)
        if not holders:
            self._holders.pop(name, None)
        elif was_first:
            self._try_locks(self.jobs[holders[0]])


def supported_parameters(
    name: str, parameters: dict[str, Any], release: Version
) -> dict[str, Any]:
    """Return the parameters that a release supports."""
    params = OPCODES[name].params
    return {
        key: value
        for key, value in parameters.items()
        if key in params and params[key].known_to(release)
    }


def new_op(
    name: str,
    parameters: dict[str, Any],
    release: Version,
    *,
    reason: list[list[Any]] | None = None,
    dry_run: bool = False,
) -> Op:
    """Make an opcode of checked parameters."""
    opcode = OPCODES[name]
    return Op(
        opcode,
        opcode.fill(parameters, release),
        reason or [],
        dry_run if opcode.dry_run and reason else None,
    )
