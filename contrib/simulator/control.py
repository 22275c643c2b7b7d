"""The controls over plain HTTP, for tests and benchmarks in other processes.

``POST /CLUSTER/CONTROL`` with the control's arguments as a JSON object;
``GET /`` describes the clusters, ``GET /CLUSTER/calls`` what was asked of one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from contrib.simulator.server import Daemon
from contrib.simulator.simulator import SimulatedCluster, Simulator
from contrib.simulator.wire import HttpRequest

MAX_CLIENTS = 50
CONTROLS: dict[str, Callable[..., Any]] = {
    "set_latency": SimulatedCluster.set_latency,
    "go_down": SimulatedCluster.go_down,
    "hang": SimulatedCluster.hang,
    "bad_gateway": SimulatedCluster.bad_gateway,
    "come_back": SimulatedCluster.come_back,
    "node_offline": SimulatedCluster.node_offline,
    "node_drained": SimulatedCluster.node_drained,
    "node_unreachable": SimulatedCluster.node_unreachable,
    "fail_next": SimulatedCluster.fail_next,
    "job_duration": SimulatedCluster.job_duration,
    "set_speed": SimulatedCluster.set_speed,
    "set_tags": SimulatedCluster.set_tags,
    "reserve": SimulatedCluster.reserve,
    "add_instance": SimulatedCluster.add_instance,
    "change_instance": SimulatedCluster.change_instance,
    "remove_instance": SimulatedCluster.remove_instance,
    "archive_jobs": SimulatedCluster.archive_jobs,
    "forget_calls": SimulatedCluster.forget_calls,
}
Reply = tuple[int, Any]


class ControlPort:
    """Listens on 127.0.0.1 and hands each control to its cluster."""

    def __init__(self, simulator: Simulator, port: int = 0) -> None:
        self.simulator = simulator
        self.daemon = Daemon(self._answer, port=port, max_clients=MAX_CLIENTS)

    @property
    def port(self) -> int:
        return self.daemon.port

    def start(self) -> None:
        self.daemon.start()

    def stop(self) -> None:
        self.daemon.stop()

    def _answer(self, request: HttpRequest) -> tuple[int, dict[str, str], bytes]:
        status, reply = self._reply(request)
        body = json.dumps(reply).encode() + b"\n"
        return status, {"Content-Type": "application/json"}, body

    def _reply(self, request: HttpRequest) -> Reply:
        name, _, control = request.path.strip("/").partition("/")
        if not name:
            return 200, {"clusters": self.simulator.describe()}
        cluster = self.simulator.clusters.get(name)
        if cluster is None:
            return 404, {"error": f"no cluster {name}"}
        if request.method == "GET":
            return self._look(cluster, control)
        return self._control(cluster, control, request.body)

    def _look(self, cluster: SimulatedCluster, page: str) -> Reply:
        if page != "calls":
            return 404, {"error": f"nothing to see at {page}"}
        daemon = cluster.daemon
        return 200, {
            "count": cluster.call_count,
            "calls": list(cluster.calls),
            "busy": daemon.busy,
            "most_busy": daemon.most_busy,
        }

    def _control(self, cluster: SimulatedCluster, name: str, body: bytes) -> Reply:
        control = CONTROLS.get(name)
        if control is None:
            return 404, {"error": f"no control {name}"}
        try:
            arguments = json.loads(body or b"{}")
            result = control(cluster, **arguments)
        except (KeyError, TypeError, ValueError) as exc:
            return 400, {"error": f"{type(exc).__name__}: {exc}"}
        return 200, {"result": result if isinstance(result, int | str) else None}
