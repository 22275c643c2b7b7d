"""The paths that change instances: each submits a job."""

from __future__ import annotations

from typing import Any

from contrib.simulator.errors import RapiFault
from contrib.simulator.instance_fields import console as console_of
from contrib.simulator.jobs import new_op
from contrib.simulator.master import Master
from contrib.simulator.resources import (
    READERS,
    Request,
    route,
    submit,
    submit_ops,
)
from contrib.simulator.spec import Version

BODY_OF_SHUTDOWN_SINCE: Version = (2, 5)
# Earlier versions name the parameters name and os.
NAMES_OF_OPCODE_SINCE: Version = (2, 5)


def _named(request: Request, **parameters: Any) -> dict[str, Any]:
    return {"instance_name": request.arguments[0], **parameters}


@route("POST", "/2/instances")
def create(master: Master, request: Request) -> int | str:
    parameters = dict(request.document())
    version = parameters.pop("__version__", 0)
    if master.cluster.release < NAMES_OF_OPCODE_SINCE:
        for name in ("name", "os", "mode", "disk_template", "disks", "nics"):
            if name not in parameters:
                raise RapiFault(400, f"Required parameter '{name}' is missing")
    if version == 0:
        raise RapiFault(
            400, "Instance creation request version 0 is no longer supported"
        )
    if version != 1:
        raise RapiFault(400, f"Unsupported request data version {version}")
    for alias, name in (("os", "os_type"), ("name", "instance_name")):
        if alias in parameters:
            parameters[name] = parameters.pop(alias)
    return submit(master, request, "instances", "OP_INSTANCE_CREATE", parameters)


@route("DELETE", "/2/instances/*")
def remove(master: Master, request: Request) -> int | str:
    parameters = _named(request, **(request.body or {}))
    return submit(master, request, "instances_name", "OP_INSTANCE_REMOVE", parameters)


@route("PUT", "/2/instances/*/startup")
def startup(master: Master, request: Request) -> int | str:
    parameters = _named(
        request,
        force=request.flag("force"),
        no_remember=request.flag("no_remember"),
    )
    resource_name = "instances_name_startup"
    return submit(master, request, resource_name, "OP_INSTANCE_STARTUP", parameters)


@route("PUT", "/2/instances/*/shutdown")
def shutdown(master: Master, request: Request) -> int | str:
    body = request.body or {}
    if master.cluster.release < BODY_OF_SHUTDOWN_SINCE:
        body = {}
    parameters = _named(request, **body, no_remember=request.flag("no_remember"))
    resource_name = "instances_name_shutdown"
    return submit(master, request, resource_name, "OP_INSTANCE_SHUTDOWN", parameters)


@route("POST", "/2/instances/*/reboot")
def reboot(master: Master, request: Request) -> int | str:
    parameters = _named(
        request,
        reboot_type=request.text("type") or "hard",
        ignore_secondaries=request.flag("ignore_secondaries"),
    )
    resource_name = "instances_name_reboot"
    return submit(master, request, resource_name, "OP_INSTANCE_REBOOT", parameters)


def _simple(method: str, action: str, opcode: str) -> None:
    """Register a path whose body is the opcode's parameters."""

    def handler(master: Master, request: Request) -> int | str:
        body = {} if request.body is None else request.document()
        if "instance_name" in body:
            raise RapiFault(400, "Can't overwrite static parameters {'instance_name'}")
        parameters = _named(request, **body)
        return submit(master, request, f"instances_name_{action}", opcode, parameters)

    route(method, f"/2/instances/*/{action}")(handler)


_simple("PUT", "rename", "OP_INSTANCE_RENAME")
_simple("PUT", "migrate", "OP_INSTANCE_MIGRATE")
_simple("PUT", "failover", "OP_INSTANCE_FAILOVER")


@route("PUT", "/2/instances/*/modify")
def modify(master: Master, request: Request) -> int | str:
    if request.body is None:
        raise RapiFault(500, "'NoneType' object has no attribute 'copy'")
    body = request.document()
    if "instance_name" in body:
        raise RapiFault(400, "Can't overwrite static parameters {'instance_name'}")
    resource_name = "instances_name_modify"
    parameters = _named(request, **body)
    return submit(master, request, resource_name, "OP_INSTANCE_SET_PARAMS", parameters)


@route("POST", "/2/instances/*/disk/*/grow")
def grow(master: Master, request: Request) -> int | str:
    name, index = request.arguments
    if not index.isdigit():
        raise RapiFault(404)
    parameters = {**request.document(), "instance_name": name, "disk": int(index)}
    resource_name = "instances_name_disk_grow"
    return submit(master, request, resource_name, "OP_INSTANCE_GROW_DISK", parameters)


@route("POST", "/2/instances/*/reinstall")
def reinstall(master: Master, request: Request) -> int | str:
    """Submit one job that stops, reinstalls and (unless told not to) starts.

    Its trail of reasons is empty, for a reason cannot be combined with a body.
    """
    if request.body is not None and request.query:
        raise RapiFault(400, "Can't combine query and body parameters")
    if request.body is None:
        body: Any = {
            "os": request.text("os"),
            "start": not request.flag("nostartup"),
        }
    else:
        body = request.body
    if not isinstance(body, dict):
        raise RapiFault(400, "Invalid body contents, not a dictionary")
    start = body.get("start", True)
    if not isinstance(start, bool):
        kind = type(start).__name__
        raise RapiFault(
            400, f"'start' parameter: Type is '{kind}', but 'bool' is expected"
        )
    release = master.cluster.release
    name = _named(request)
    reinstall_parameters = {
        **name,
        "os_type": body.get("os"),
        "osparams": body.get("osparams"),
    }
    ops = [
        new_op("OP_INSTANCE_SHUTDOWN", name, release),
        new_op("OP_INSTANCE_REINSTALL", reinstall_parameters, release),
    ]
    if start:
        ops.append(new_op("OP_INSTANCE_STARTUP", name, release))
    return submit_ops(master, ops)


@route("GET", "/2/instances/*/console", READERS)
def console(master: Master, request: Request) -> dict[str, Any]:
    cluster = master.cluster
    full = cluster.full_name(cluster.instances, request.arguments[0])
    if full is None:
        raise RapiFault(500, "list index out of range")
    instance = cluster.instances[full]
    node = cluster.nodes[instance.primary]
    answer = console_of(cluster, instance)
    reachable = not (node.offline or node.unreachable)
    if not isinstance(answer, dict) or not instance.running or not reachable:
        raise RapiFault(503, "Instance console unavailable")
    return answer
