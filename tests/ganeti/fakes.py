"""A small cluster behind a fake transport: what tests have instead of Ganeti."""

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

Fields = dict[str, Any]

# Ganeti's words for every state that a machine can be in.
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
INFO: Fields = {
    "name": "athens.example.org",
    "uuid": "5b3f0a52-0000-4000-8000-000000000001",
    "software_version": "3.0.2",
    "master": "node1",
    "enabled_hypervisors": ["kvm"],
    "enabled_disk_templates": ["drbd", "plain"],
    "tags": [],
}
RUNNING: Fields = {"status": "running", "oper_state": True, "admin_state": "up"}
STOPPED: Fields = {"status": "ADMIN_down", "oper_state": False, "admin_state": "down"}
# What a successful job makes of a machine, by the last part of its path.
EFFECTS: dict[str, Fields] = {
    "startup": RUNNING,
    "shutdown": STOPPED,
    "reboot": RUNNING,
}


class Call(NamedTuple):
    """One call as the transport got it."""

    method: str
    path: str
    query: Mapping[str, Any]
    body: Json

    @property
    def asks_nodes(self) -> bool:
        """Whether the real cluster would wait for its nodes before it answers."""
        fields = self.body.get("fields", ()) if isinstance(self.body, dict) else ()
        return not {"status", "mfree"}.isdisjoint(fields) and "/job" not in self.path


@dataclass(eq=False)
class FakeJob:
    """A job as Ganeti has it; the test moves it on by hand."""

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
        """What Ganeti calls the opcodes, as INSTANCE_REBOOT(web1)."""
        method, path, _, body = self.call
        _, _, _, name, action = f"{path}//".split("/")[:5]
        match method, name, action:
            case "POST", "", _:
                return [f"INSTANCE_CREATE({body['instance_name']})"]
            case _, _, "reinstall":
                words = [
                    "SHUTDOWN",
                    "REINSTALL",
                    *["STARTUP"] * bool(body.get("start")),
                ]
                return [f"INSTANCE_{word}({name})" for word in words]
            case _, _, "tags":
                return ["TAGS_SET" if method == "PUT" else "TAGS_DEL"]
            case _, _, "rename":
                return ["INSTANCE_RENAME"]
        word = {"": "REMOVE", "modify": "SET_PARAMS"}.get(action, action.upper())
        return [f"INSTANCE_{word}({name})"]

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
            "summary": self.summary,
            "ops": [{"OP_ID": "OP", "reason": [["gnt:user", self.reason, 1]]}],
            "archived": self.archived,
        }


def instance_fields(name: str, **changes: Any) -> Fields:
    """Return the fields of a running machine on node1, as a query gives them.

    ``changes`` go by the field's name with ``_`` for ``.`` and ``/``.
    """
    fields: Fields = {
        "name": name,
        "uuid": f"uuid-of-{name}",
        "admin_state": "up",
        "be/memory": 1024,
        "be/maxmem": 1024,
        "be/vcpus": 1,
        "disk.sizes": [10240],
        "disk.names": [None],
        "nic.macs": ["aa:00:00:00:00:01"],
        "nic.ips": ["192.0.2.10"],
        "nic.links": ["br0"],
        "nic.modes": ["bridged"],
        "nic.networks.names": [None],
        "disk_template": "drbd",
        "hypervisor": "kvm",
        "os": "image+default",
        "custom_osparams": {},
        "pnode": "node1",
        "snodes": ["node2"],
        "tags": [],
        "ctime": 1_700_000_000.5,
        "mtime": 1_700_000_500.5,
        "network_port": 11000,
        "hv/boot_order": "disk",
        "hv/cdrom_image_path": None,
        "hv/disk_type": "paravirtual",
        "hv/nic_type": "paravirtual",
        "hv/use_localtime": False,
        "hv/root_path": "/dev/vda1",
        "hv/kernel_args": "ro",
        "status": "running",
        "oper_state": True,
    }
    spelled = {key.replace(".", "_").replace("/", "_"): key for key in fields}
    return fields | {spelled[key]: value for key, value in changes.items()}


def node_fields(name: str, group: str = "default", **changes: Any) -> Fields:
    return {
        "name": name,
        "uuid": f"uuid-of-{name}",
        "role": "C",
        "group": group,
        "offline": False,
        "drained": False,
        "vm_capable": True,
        "pinst_cnt": 1,
        "sinst_cnt": 0,
        "tags": [],
        "mtotal": 65536,
        "mfree": 32768,
        "dtotal": 1048576,
        "dfree": 524288,
        "ctotal": 16,
    } | changes


def group_fields(name: str, tags: Sequence[str] = ()) -> Fields:
    return {
        "name": name,
        "uuid": f"uuid-of-{name}",
        "alloc_policy": "preferred",
        "tags": list(tags),
    }


class FakeRapi:
    """A transport to a cluster in memory; counts calls, fails when told to."""

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

    # -- what tests say

    def add(self, name: str, **changes: Any) -> Fields:
        """Add a machine; see ``instance_fields``."""
        self.instances[name] = instance_fields(name, **changes)
        return self.instances[name]

    def change(self, name: str, **changes: Any) -> None:
        """Change a machine behind our back."""
        tags = changes.pop("tags", None)
        self.instances[name] |= changes
        if tags is not None:
            self.instances[name]["tags"] = list(tags)

    def lock_group(self, name: str) -> None:
        self.groups[name]["tags"].append("locked")

    def go_down(self, *, sent: bool = False) -> None:
        """Let every call fail; ``sent``: only after Ganeti may have got it."""
        self._failure = RapiUnreachable("It refused the connection.", sent=sent)

    def come_back(self) -> None:
        self._failure = None

    def fail_submissions(self, error: RapiError, *, after: bool = False) -> None:
        """Let calls that make jobs fail; ``after`` the job was made all the same."""
        self._submission_failure = (error, after)

    def accept_submissions(self) -> None:
        self._submission_failure = None

    def run(self, job_id: int, *lines: str, status: str = "running") -> None:
        """Move a job on, with more lines of its log."""
        job = self.job(job_id)
        job.status = status
        for line in lines:
            stamp = [int(time.time()), 250_000]
            job.log.append([len(job.log) + 1, stamp, "message", line])

    def finish(self, job_id: int, status: str = "success") -> None:
        """End a job; success does what was asked to the machine."""
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
            case method, ["instances", name, "tags"]:
                self._tag(name, call.query["tag"], adds=method == "PUT")
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

    def _set_osparams(self, name: str, given: Fields) -> None:
        row = self.instances[name]
        both = row["custom_osparams"] | given
        row["custom_osparams"] = {k: v for k, v in both.items() if v != "default"}

    def _tag(self, name: str, tags: Sequence[str], *, adds: bool) -> None:
        kept = [tag for tag in self.instances[name]["tags"] if tag not in tags]
        self.instances[name]["tags"] = kept + (list(tags) if adds else [])

    def fail(self, job_id: int, message: str) -> None:
        """End a job with an error in Ganeti's words."""
        self.finish(job_id, "error")
        self.job(job_id).opresult = [["OpExecError", [message]]]

    def archive(self, job_id: int) -> None:
        """Take a job out of the list; it still answers by its id."""
        self.job(job_id).archived = True

    def forget(self, job_id: int) -> None:
        """Lose a job as if it never was."""
        self.jobs.remove(self.job(job_id))

    def job(self, job_id: int) -> FakeJob:
        return next(job for job in self.jobs if job.id == job_id)

    # -- what the client says

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
            case "DELETE", ["2", "jobs", _]:
                return [False, "Job not found in queue"]
            case "PUT" | "POST" | "DELETE", ["2", "instances", *_]:
                return self._submit(call)
        raise RapiNotFound("Nothing matches the given URI", code=404)

    def _submit(self, call: Call) -> int:
        error, after = self._submission_failure or (None, True)
        if error is not None and not after:
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
            rows = [row for row in rows if not row["archived"] or filter_[0] == "|"]
        return {
            "fields": [{"name": name} for name in fields],
            "data": [[_cell(row, name) for name in fields] for row in rows],
        }

    def _rows(self, resource: str) -> list[Fields]:
        match resource:
            case "instance":
                return [self._seen(row) for row in self.instances.values()]
            case "node":
                return list(self.nodes.values())
            case "group":
                return list(self.groups.values())
            case "job":
                return [job.fields for job in self.jobs]
        raise RapiNotFound(f"'{resource}' is no kind of object", code=404)

    def _seen(self, row: Fields) -> Fields:
        """Add what follows from where the machine is."""
        seen = row | {"pnode.group": self.nodes[row["pnode"]]["group"]}
        if row["pnode"] in self.silent_nodes:
            seen |= {"status": "ERROR_nodedown", "oper_state": None}
        return seen


def _cell(row: Fields, name: str) -> list[Any]:
    if name not in row:
        return [FieldStatus.UNKNOWN, None]
    value = row[name]
    return [FieldStatus.NORMAL if value is not None else FieldStatus.NO_DATA, value]


def _check_names(resource: str, filter_: Any, known: list[Any]) -> None:
    """Refuse like Ganeti a filter that only names objects, when one is missing."""
    match filter_:
        case ["|", *parts] if resource != "job":
            for part in parts:
                _check_names(resource, part, known)
        case ["=", "name", value] if resource != "job" and value not in known:
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
