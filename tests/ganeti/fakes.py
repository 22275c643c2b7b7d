"""Fake RAPI transport backed by a small cluster in memory."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from apps.ganeti.rapi.errors import (
    RapiError,
    RapiNotFound,
    RapiRefused,
    RapiUnreachable,
)
from apps.ganeti.rapi.query import FieldStatus
from apps.ganeti.rapi.transport import Json, Query
from tests.ganeti.query_fields import (
    INFO,
    Fields,
    group_fields,
    instance_fields,
    node_fields,
)

# Every value of Ganeti's field "status" of an instance.
STATUSES = (
    "running",
    "ADMIN_down",
    "ADMIN_offline",
    "ERROR_up",
    "ERROR_down",
    "USER_down",
    "ERROR_nodedown",
    "ERROR_nodeoffline",
    "ERROR_wrongnode",
)
FINAL = frozenset({"success", "error", "canceled"})
RUNNING: Fields = {"status": "running", "oper_state": True, "admin_state": "up"}
STOPPED: Fields = {"status": "ADMIN_down", "oper_state": False, "admin_state": "down"}
# What a successful job changes in an instance, by the last part of its path.
EFFECTS: dict[str, Fields] = {
    "startup": RUNNING,
    "shutdown": STOPPED,
    "reboot": RUNNING,
}


class Call(NamedTuple):
    """One request, as passed to the transport."""

    method: str
    path: str
    query: Mapping[str, Any]
    body: Json

    @property
    def asks_nodes(self) -> bool:
        """Whether a real cluster would query its nodes to answer."""
        fields = self.body.get("fields", ()) if isinstance(self.body, dict) else ()
        return not {"status", "mfree"}.isdisjoint(fields) and "/job" not in self.path


@dataclass(eq=False)
class FakeJob:
    """A Ganeti job, advanced by hand by the test."""

    id: int
    call: Call
    status: str = "queued"
    opresult: list[Any] = field(default_factory=lambda: [None])
    log: list[list[Any]] = field(default_factory=list)
    ended_at: float | None = None
    archived: bool = False
    received_at: float = field(default_factory=time.time)

    @property
    def summary(self) -> list[str]:
        """Ganeti's names of the opcodes, as INSTANCE_REBOOT(web1)."""
        method, path, _, body = self.call
        _, _, _, name, action = f"{path}//".split("/")[:5]
        match method, name, action:
            case "POST", "", _:
                return [f"INSTANCE_CREATE({body['instance_name']})"]
            case _, _, "reinstall":
                opcodes = [
                    "SHUTDOWN",
                    "REINSTALL",
                    *["STARTUP"] * bool(body.get("start")),
                ]
                return [f"INSTANCE_{word}({name})" for word in opcodes]
            case _, _, "tags":
                return ["TAGS_SET" if method == "PUT" else "TAGS_DEL"]
            case _, _, "rename":
                return ["INSTANCE_RENAME"]
        word = {"": "REMOVE", "modify": "SET_PARAMS"}.get(action, action.upper())
        return [f"INSTANCE_{word}({name})"]

    @property
    def waits(self) -> bool:
        return self.status in {"queued", "waiting"}

    @property
    def reason(self) -> str:
        return str(self.call.query.get("reason", ""))

    @property
    def fields(self) -> Fields:
        end = self.ended_at
        return {
            "id": self.id,
            "status": self.status,
            "opresult": self.opresult,
            "oplog": [self.log],
            "end_ts": [int(end), int(end % 1 * 1e6)] if end else None,
            "received_ts": [int(self.received_at), 0],
            "opexec": [None if self.waits else [int(self.received_at) + 1, 0]],
            "opstatus": [self.status],
            "summary": self.summary,
            "ops": [{"OP_ID": "OP", "reason": [["gnt:user", self.reason, 1]]}],
            "archived": self.archived,
        }


class FakeRapi:
    """Transport to a cluster in memory; records calls, fails on demand."""

    def __init__(self) -> None:
        self.info = dict(INFO)
        self.instances: dict[str, Fields] = {}
        self.nodes = {name: node_fields(name) for name in ("node1", "node2")}
        self.nodes["node3"] = node_fields("node3", group="spare")
        self.groups = {name: group_fields(name) for name in ("default", "spare")}
        self.networks: list[Fields] = []
        self.jobs: list[FakeJob] = []
        self.calls: list[Call] = []
        self.silent_nodes: set[str] = set()
        self.on_call: Callable[[Call], None] | None = None
        self._failure: RapiError | None = None
        self._submission_failure: tuple[RapiError, bool] | None = None
        self._last_id = 0
        self._lock = threading.RLock()

    # -- used by tests

    def add(self, name: str, **changes: Any) -> Fields:
        """Add an instance; see ``instance_fields``."""
        self.instances[name] = instance_fields(name, **changes)
        return self.instances[name]

    def change(self, name: str, **changes: Any) -> None:
        """Change an instance without a job, as an administrator of Ganeti would."""
        tags = changes.pop("tags", None)
        self.instances[name] |= changes
        if tags is not None:
            self.instances[name]["tags"] = list(tags)

    def lock_group(self, name: str) -> None:
        self.groups[name]["tags"].append("locked")

    def go_down(self, *, sent: bool = False) -> None:
        """Let every call fail; ``sent``: after Ganeti may have received it."""
        self._failure = RapiUnreachable("It refused the connection.", sent=sent)

    def come_back(self) -> None:
        self._failure = None

    def fail_submissions(self, error: RapiError, *, arrived: bool = False) -> None:
        """Let submissions fail; ``arrived``: although the job was created."""
        self._submission_failure = (error, arrived)

    def accept_submissions(self) -> None:
        self._submission_failure = None

    def run(self, job_id: int, *lines: str, status: str = "running") -> None:
        """Set the status of a job and append lines to its log."""
        job = self.job(job_id)
        job.status = status
        for line in lines:
            stamp = [int(time.time()), 250_000]
            job.log.append([len(job.log) + 1, stamp, "message", line])

    def finish(self, job_id: int, status: str = "success") -> None:
        """End a job; on success it takes effect on its instance."""
        job = self.job(job_id)
        job.status, job.ended_at = status, time.time()
        if status == "success":
            self._take_effect(job.call)

    def _take_effect(self, call: Call) -> None:
        match call.method, call.path.split("/")[2:]:
            case "POST", ["instances"]:
                self._create(call.body)
            case "DELETE", ["instances", name]:
                del self.instances[name]
            case "PUT", ["instances", name, "rename"]:
                row = self.instances.pop(name)
                new_name = call.body["new_name"]
                self.instances[new_name] = row | {"name": new_name}
            case "POST", ["instances", name, "reinstall"]:
                start = RUNNING if call.body.get("start") else STOPPED
                self.instances[name] |= start
                self.instances[name]["os"] = call.body.get("os") or "image+default"
                self.instances[name]["custom_osparams"] = call.body.get("osparams", {})
            case method, [table, name, "tags"]:
                row = (self.instances if table == "instances" else self.groups)[name]
                row["tags"] = _changed(row["tags"], call, adds=method == "PUT")
            case "PUT", ["instances", name, "modify"]:
                hvparams = call.body.get("hvparams", {})
                self.instances[name] |= {f"hv/{k}": v for k, v in hvparams.items()}
                self._set_osparams(name, call.body.get("osparams", {}))
            case _, ["instances", name, action]:
                self.instances[name] |= EFFECTS.get(action, {})

    def _create(self, body: Json) -> None:
        name = body["instance_name"]
        self.add(
            name,
            tags=list(body.get("tags", ())),
            be_maxmem=body["beparams"].get("memory", body["beparams"].get("maxmem")),
            be_vcpus=body["beparams"].get("vcpus", 1),
            disk_sizes=[disk["size"] for disk in body["disks"]],
            disk_template=body["disk_template"],
            os=body.get("os_type", ""),
        )
        if not body.get("start"):
            self.instances[name] |= STOPPED

    def _set_osparams(self, name: str, osparams: Fields) -> None:
        row = self.instances[name]
        merged = row["custom_osparams"] | osparams
        row["custom_osparams"] = {k: v for k, v in merged.items() if v != "default"}

    def fail(self, job_id: int, message: str) -> None:
        """End a job with this error of Ganeti's."""
        self.finish(job_id, "error")
        self.job(job_id).opresult = [["OpExecError", [message]]]

    def archive(self, job_id: int) -> None:
        """Archive a job: it isn't listed, but can be read by its id."""
        self.job(job_id).archived = True

    def forget(self, job_id: int) -> None:
        """Remove a job, as if it had never been submitted."""
        self.jobs.remove(self.job(job_id))

    def job(self, job_id: int) -> FakeJob:
        return next(job for job in self.jobs if job.id == job_id)

    # -- called by the client

    def request(
        self, method: str, path: str, *, query: Query | None = None, body: Json = None
    ) -> Json:
        call = Call(method, path, dict(query or {}), body)
        if self.on_call is not None:
            self.on_call(call)
        with self._lock:
            self.calls.append(call)
            if self._failure is not None:
                raise self._failure
            return self._answer(call)

    def _answer(self, call: Call) -> Json:
        match call.method, call.path.split("/")[1:]:
            case "GET", ["version"]:
                return 2
            case "GET", ["2", "info"]:
                return self.info
            case "GET", ["2", "networks"]:
                return self.networks
            case "PUT", ["2", "query", resource]:
                return self._query(resource, call.body["fields"], call.body["filter"])
            case "DELETE", ["2", "jobs", job_id]:
                return self._cancel(int(job_id))
            case "PUT" | "POST" | "DELETE", ["2", "instances" | "groups", *_]:
                return self._submit(call)
        raise RapiNotFound("Nothing matches the given URI", code=404)

    def _cancel(self, job_id: int) -> Json:
        jobs = [job for job in self.jobs if job.id == job_id]
        if not jobs or jobs[0].status in FINAL:
            return [False, "Job not found in queue"]
        if not jobs[0].waits:
            return [False, "Job no longer waiting, can't cancel"]
        self.finish(job_id, "canceled")
        return [True, "Job successfully cancelled"]

    def _submit(self, call: Call) -> int:
        error, arrived = self._submission_failure or (None, True)
        if error is not None and not arrived:
            raise error
        self._last_id += 1
        self.jobs.append(FakeJob(self._last_id, call))
        if error is not None:
            raise error
        return self._last_id

    def _query(self, resource: str, fields: Sequence[str], filter_: Any) -> Json:
        rows = self._rows(resource)
        _check_names(resource, filter_, [row.get("name") for row in rows])
        rows = [row for row in rows if _matches(filter_, row)]
        if resource == "job":
            by_id = bool(filter_) and filter_[0] == "|"
            rows = [row for row in rows if by_id or not row["archived"]]
        return {
            "fields": [{"name": name} for name in fields],
            "data": [[_cell(row, name) for name in fields] for row in rows],
        }

    def _rows(self, resource: str) -> list[Fields]:
        match resource:
            case "instance":
                return [self._with_placement(row) for row in self.instances.values()]
            case "node":
                return list(self.nodes.values())
            case "group":
                return list(self.groups.values())
            case "job":
                return [job.fields for job in self.jobs]
        raise RapiNotFound(f"'{resource}' is no kind of object", code=404)

    def _with_placement(self, row: Fields) -> Fields:
        """Add the fields that depend on the primary node."""
        fields = row | {"pnode.group": self.nodes[row["pnode"]]["group"]}
        if row["pnode"] in self.silent_nodes:
            fields |= {"status": "ERROR_nodedown", "oper_state": None}
        return fields


def _changed(current: Sequence[str], call: Call, *, adds: bool) -> list[str]:
    """Return tags after a call that adds or deletes some."""
    tags = list(call.query["tag"])
    others = [tag for tag in current if tag not in tags]
    return others + (tags if adds else [])


def _cell(row: Fields, name: str) -> list[Any]:
    if name not in row:
        return [FieldStatus.UNKNOWN, None]
    value = row[name]
    return [FieldStatus.NORMAL if value is not None else FieldStatus.NO_DATA, value]


def _check_names(resource: str, filter_: Any, names: list[Any]) -> None:
    """Refuse a filter of names alone if an object is missing, as Ganeti does."""
    match filter_:
        case ["|", *parts] if resource != "job":
            for part in parts:
                _check_names(resource, part, names)
        case ["=", "name", value] if resource != "job" and value not in names:
            raise RapiRefused(f"{resource} name {value} not found", code=500)


def _matches(filter_: Any, row: Fields) -> bool:
    match filter_:
        case None:
            return True
        case ["&", *parts]:
            return all(_matches(part, row) for part in parts)
        case ["|", *parts]:
            return any(_matches(part, row) for part in parts)
        case ["=", name, value]:
            return bool(row[name] == value)
        case [">=", name, value]:
            return bool(row[name] >= value)
    raise ValueError(f"The fake does not know the filter {filter_!r}")
