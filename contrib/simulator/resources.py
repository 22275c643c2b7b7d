"""What each path of the API answers."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from contrib.simulator import listings
from contrib.simulator.errors import OpError, RapiFault
from contrib.simulator.jobs import Job, Op, new_op, supported_parameters
from contrib.simulator.master import Master
from contrib.simulator.spec import Version

ANYONE: frozenset[str] = frozenset()
READERS = frozenset({"read", "write"})
WRITERS = frozenset({"write"})


@dataclass(slots=True)
class Request:
    """One request, its body already decoded."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: Any = None
    arguments: tuple[str, ...] = ()

    def flag(self, name: str) -> bool:
        value = self.text(name) or "0"
        try:
            return bool(int(value))
        except ValueError as exc:
            raise RapiFault(400, f"Invalid value for the '{name}' parameter") from exc

    def text(self, name: str) -> str | None:
        values = self.query.get(name)
        return values[0] if values else None

    def document(self) -> dict[str, Any]:
        """Give the body, which has to be an object."""
        if not isinstance(self.body, dict):
            kind = type(self.body).__name__
            raise RapiFault(
                400, f"Body contents: Type is '{kind}', but 'dict' is expected"
            )
        return self.body


Handler = Callable[[Master, Request], Any]
OLDEST: Version = (2, 0)
REASONS_SINCE: Version = (2, 8)
# Earlier versions ignore unknown parameters.
STRICT_SINCE: Version = (2, 5)


@dataclass(frozen=True, slots=True)
class Route:
    """One path with its methods, each with who may use it."""

    pattern: re.Pattern[str]
    since: Version = OLDEST
    methods: dict[str, tuple[Handler, frozenset[str]]] = field(default_factory=dict)


ROUTES: dict[str, Route] = {}


# Which release brought a path; the others are as old as any that is simulated.
SINCE: dict[str, Version] = {
    "/2/query/": (2, 5),
    "/2/groups/*/tags": (2, 5),
    "/2/instances/*/failover": (2, 5),
    "/2/instances/*/console": (2, 5),
    "/2/networks": (2, 7),
}


def route(
    method: str, path: str, access: frozenset[str] | None = None
) -> Callable[[Handler], Handler]:
    """Register a handler; ``*`` in a path stands for one name."""
    if access is None:
        access = ANYONE if method == "GET" else WRITERS
    pattern = re.compile(re.escape(path).replace(r"\*", "([^/]+)"))
    since = next((SINCE[start] for start in SINCE if path.startswith(start)), OLDEST)
    entry = ROUTES.setdefault(path, Route(pattern, since))

    def register(handler: Handler) -> Handler:
        entry.methods[method] = (handler, access)
        return handler

    return register


def resolve(request: Request, release: Version) -> tuple[Handler, frozenset[str]]:
    """Find who answers in a release; note the names that the path holds."""
    for entry in ROUTES.values():
        match = entry.pattern.fullmatch(request.path)
        if match is None or release < entry.since:
            continue
        if request.method not in entry.methods:
            raise RapiFault(
                501,
                f"Method {request.method} is unsupported for path {request.path}",
            )
        request.arguments = tuple(unquote(name) for name in match.groups())
        return entry.methods[request.method]
    raise RapiFault(404)


def submit(
    master: Master,
    request: Request,
    resource_name: str,
    opcode: str,
    parameters: dict[str, Any],
) -> int | str:
    """Submit a job of one opcode; ``resource_name`` is in its reason trail."""
    release = master.cluster.release
    stamp = time.time_ns()
    trail: list[list[Any]] = []
    reason = request.text("reason")
    if reason:
        trail.append(["gnt:user", reason, stamp])
    trail.append([f"gnt:library:rlib2:{resource_name}", "", stamp])
    op = new_op(
        opcode,
        parameters
        if release >= STRICT_SINCE
        else supported_parameters(opcode, parameters, release),
        release,
        reason=trail,
        dry_run=request.flag("dry-run"),
    )
    if release < REASONS_SINCE:
        op.reason.clear()
    return submit_ops(master, [op])


def submit_ops(master: Master, ops: list[Op]) -> int | str:
    job = master.queue.submit(ops)
    return job.shown_id(master.cluster.release)


def uris(names: Iterable[Any], prefix: str, key: str = "name") -> list[dict[str, Any]]:
    return [{key: name, "uri": f"{prefix}/{name}"} for name in sorted(names)]


def existing(table: dict[str, Any], name: str) -> Any:
    item = table.get(name)
    if item is None:
        raise RapiFault(404)
    return item


# The cluster


@route("GET", "/")
@route("GET", "/2")
def nothing(_master: Master, _request: Request) -> None:
    return None


@route("GET", "/version")
def version(_master: Master, _request: Request) -> int:
    return 2


@route("GET", "/2/features")
def features(master: Master, _request: Request) -> list[str]:
    since_2_5 = ["node-migrate-reqv1", "node-evac-res1"]
    return [
        *(since_2_5 if master.cluster.release >= (2, 5) else ()),
        "instance-reinstall-reqv1",
        "instance-create-reqv1",
    ]


@route("GET", "/2/info")
def info(master: Master, _request: Request) -> dict[str, Any]:
    return listings.info(master.cluster)


@route("GET", "/2/os")
def operating_systems(master: Master, _request: Request) -> list[str]:
    return sorted(master.cluster.operating_systems)


# Nodes, groups and networks


def _listing(kind: str, fields: tuple[str, ...], table: str) -> Handler:
    def handler(master: Master, request: Request) -> Any:
        objects: dict[str, Any] = getattr(master.cluster, table)
        if request.flag("bulk"):
            return master.inquirer.bulk(kind, fields)
        key = "id" if kind in {"node", "instance"} else "name"
        return uris(objects, f"/2/{table}", key)

    return handler


def _single(kind: str, fields: tuple[str, ...], table: str) -> Handler:
    def handler(master: Master, request: Request) -> bytes:
        objects: dict[str, Any] = getattr(master.cluster, table)
        full = master.cluster.full_name(objects, request.arguments[0])
        item = existing(objects, full or "")
        if kind != "node":
            return f"{master.inquirer.document(kind, item, fields)}\n".encode()
        document = json.loads(master.inquirer.document(kind, item, fields))
        return serialize({**document, "secondary_ip": document["sip"]})

    return handler


for _kind, _fields, _table in (
    ("instance", listings.INSTANCE, "instances"),
    ("node", listings.NODE, "nodes"),
    ("group", listings.GROUP, "groups"),
    ("network", listings.NETWORK, "networks"),
):
    route("GET", f"/2/{_table}")(_listing(_kind, _fields, _table))
    route("GET", f"/2/{_table}/*")(_single(_kind, _fields, _table))


# Tags


def _tags(resource_name: str, kind: str, table: str | None) -> None:
    path = f"/2/{table}/*/tags" if table else "/2/tags"

    def read(master: Master, request: Request) -> list[str]:
        if table is None:
            return sorted(master.cluster.tags)
        objects: dict[str, Any] = getattr(master.cluster, table)
        resource = {"nodegroup": "group"}.get(kind, kind)
        item = master.inquirer.find(resource, request.arguments[0], objects)
        return sorted(item.tags)

    def change(opcode: str) -> Handler:
        def handler(master: Master, request: Request) -> int | str:
            parameters: dict[str, Any] = {
                "kind": kind,
                "tags": request.query.get("tag", []),
            }
            if request.arguments:
                parameters["name"] = request.arguments[0]
            return submit(master, request, resource_name, opcode, parameters)

        return handler

    route("GET", path)(read)
    route("PUT", path)(change("OP_TAGS_SET"))
    route("DELETE", path)(change("OP_TAGS_DEL"))


_tags("tags", "cluster", None)
_tags("instances_name_tags", "instance", "instances")
_tags("nodes_name_tags", "node", "nodes")
_tags("groups_name_tags", "nodegroup", "groups")
_tags("networks_name_tags", "network", "networks")


# Jobs


def job_of(master: Master, request: Request) -> Job:
    if not request.arguments[0].isdigit():
        raise RapiFault(404)
    return master.queue.get(int(request.arguments[0]))


@route("GET", "/2/jobs")
def jobs(master: Master, request: Request) -> Any:
    release = master.cluster.release
    if request.flag("bulk") and release >= (2, 5):
        return master.inquirer.bulk("job", listings.JOB_BULK)
    shown = [job.shown_id(release) for job in master.queue.listed()]
    return [{"id": job_id, "uri": f"/2/jobs/{job_id}"} for job_id in shown]


@route("GET", "/2/jobs/*")
def job(master: Master, request: Request) -> bytes:
    job = job_of(master, request)
    if not job.exists and master.cluster.release >= (3, 1):
        raise RapiFault(404)
    return f"{master.inquirer.document('job', job, listings.JOB)}\n".encode()


@route("DELETE", "/2/jobs/*")
def job_cancel(master: Master, request: Request) -> list[Any]:
    return list(master.queue.cancel(job_of(master, request).id))


@route("GET", "/2/jobs/*/wait", WRITERS)
def job_wait(master: Master, request: Request) -> Any:
    job = job_of(master, request)
    if request.body is None:
        raise RapiFault(500, "'NoneType' object is not subscriptable")
    body = request.document()
    fields = body.get("fields")
    if not isinstance(fields, list):
        raise RapiFault(400, "The 'fields' parameter should be a list")
    if not job.exists or job.archived:
        if master.cluster.release >= (3, 1):
            raise RapiFault(404)
        raise RapiFault(500, "Can't load job file")
    return master.wait_for_change(
        job, fields, body.get("previous_job_info"), body.get("previous_log_serial")
    )


# Queries


@route("GET", "/2/query/*", READERS)
def query_get(master: Master, request: Request) -> bytes:
    return master.query(request.arguments[0], _query_fields(request), None)


@route("PUT", "/2/query/*", READERS)
def query_put(master: Master, request: Request) -> bytes:
    body = request.document()
    fields = body["fields"] if "fields" in body else _query_fields(request)
    condition = body.get("qfilter")
    if condition is None:
        condition = body.get("filter")
    return master.query(request.arguments[0], fields, condition)


@route("GET", "/2/query/*/fields")
def query_fields(master: Master, request: Request) -> dict[str, Any]:
    text = request.text("fields")
    fields = text.split(",") if text else None
    return master.inquirer.describe(request.arguments[0], fields)


def _query_fields(request: Request) -> list[str]:
    text = request.text("fields")
    if not text:
        raise RapiFault(400, "Missing 'fields' query argument")
    return text.split(",")


def serialize(answer: Any) -> bytes:
    return answer if isinstance(answer, bytes) else json.dumps(answer).encode() + b"\n"


def answer(master: Master, request: Request, handler: Handler) -> bytes:
    """Call a handler; what an opcode would refuse at once is a server error."""
    try:
        return serialize(handler(master, request))
    except OpError as exc:
        raise RapiFault(500, str(tuple(exc.details))) from exc
