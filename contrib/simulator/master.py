"""One simulated master: cluster, queue, users and the faults a test asks for."""

from __future__ import annotations

import base64
import binascii
import threading
import time
from typing import Any

from contrib.simulator import building, modifying, operations
from contrib.simulator.errors import OpError, RapiFault
from contrib.simulator.jobs import Job, Op, Queue, Work
from contrib.simulator.query import Inquirer
from contrib.simulator.seed import build
from contrib.simulator.spec import ClusterSpec

REALM = {"WWW-Authenticate": 'Basic realm="Ganeti Remote API"'}
MAX_WAIT_S = 10
MAX_RUNNING_JOBS = 20

OPERATIONS: dict[str, operations.Operation] = {
    "OP_INSTANCE_STARTUP": operations.startup,
    "OP_INSTANCE_SHUTDOWN": operations.shutdown,
    "OP_INSTANCE_REBOOT": operations.reboot,
    "OP_INSTANCE_REMOVE": operations.remove,
    "OP_INSTANCE_MIGRATE": operations.migrate,
    "OP_INSTANCE_FAILOVER": operations.failover,
    "OP_INSTANCE_CREATE": building.create,
    "OP_INSTANCE_REINSTALL": building.reinstall,
    "OP_INSTANCE_RENAME": building.rename,
    "OP_INSTANCE_SET_PARAMS": modifying.set_params,
    "OP_INSTANCE_GROW_DISK": modifying.grow_disk,
    "OP_TAGS_SET": operations.tags_set,
    "OP_TAGS_DEL": operations.tags_del,
}


class Master:
    """Handles a cluster's requests, one at a time under ``lock``."""

    def __init__(self, spec: ClusterSpec) -> None:
        self.spec = spec
        self.lock = threading.RLock()
        self.cluster = build(spec)
        self.failures: dict[str, list[str]] = {}
        self.queue = Queue(
            self._run,
            speed=spec.speed,
            archive_after_s=spec.archive_after_s,
            max_running=MAX_RUNNING_JOBS,
        )
        self.inquirer = Inquirer(self.cluster, self.queue)
        self.stopping = threading.Event()
        self._users = {
            spec.user: (spec.password, "write"),
            spec.read_user: (spec.read_password, "read"),
        }

    def _run(self, op: Op) -> Work:
        planned = self.failures.get(op.opcode.id)
        if planned:
            message = planned.pop(0)
            yield 0.5
            raise OpError("OpExecError", message)
        return (yield from OPERATIONS[op.opcode.id](self.cluster, op))

    # Who asks

    def authorize(self, header: str | None, access: frozenset[str]) -> None:
        """Raise 401 for unknown users, 403 for missing permissions."""
        if header is None and not access and not self.spec.require_authentication:
            return
        right = self._right(header)
        if right is None:
            raise RapiFault(401, headers=REALM)
        if access and right not in access:
            raise RapiFault(403)

    def _right(self, header: str | None) -> str | None:
        scheme, _, encoded = (header or "").strip().partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, _, password = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        credentials = self._users.get(user)
        return credentials[1] if credentials and credentials[0] == password else None

    # What they ask

    def query(self, name: str, fields: Any, condition: Any) -> bytes:
        return self.inquirer.query(name, fields, condition)

    def wait_for_change(
        self, job: Job, fields: list[str], previous: Any, serial: Any
    ) -> dict[str, Any] | None:
        """Wait until a job differs from what the client knows, at most ten seconds.

        Called with the lock held, which is let go meanwhile.
        """
        deadline = time.time() + MAX_WAIT_S
        while not self.stopping.is_set():
            values = self.inquirer.job_values(job, fields)
            lines = [
                line for op in job.ops for line in op.log if line[0] > (serial or -1)
            ]
            if job.final or lines or values != previous:
                return {"job_info": values, "log_entries": lines}
            now = time.time()
            if now >= deadline:
                break
            self._rest(min(self.queue.next_event() or deadline, deadline) - now)
        return None

    def _rest(self, seconds: float) -> None:
        self.lock.release()
        try:
            self.stopping.wait(max(0.005, seconds))
        finally:
            self.lock.acquire()
        self.queue.advance(time.time())
