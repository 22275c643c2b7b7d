"""Runs simulated clusters, and lets a test or a demonstration disturb them."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterable
from types import TracebackType
from typing import Any, NamedTuple, Self

# registers the paths of instances beside the others
from contrib.simulator import instance_resources  # noqa: F401
from contrib.simulator.certificates import make_certificate
from contrib.simulator.errors import RapiFault
from contrib.simulator.master import Master
from contrib.simulator.resources import Request, answer, resolve
from contrib.simulator.server import Daemon, Outage, decode_body, pause
from contrib.simulator.spec import ClusterSpec
from contrib.simulator.state import Disk, Instance, Nic, Node
from contrib.simulator.wire import HttpRequest

MAX_CALLS = 10_000
READY_TIMEOUT_S = 10


class Call(NamedTuple):
    """One request that was handled."""

    method: str
    path: str


class SimulatedCluster:
    """One running cluster: where it listens, and the controls over it."""

    def __init__(self, spec: ClusterSpec) -> None:
        self.spec = spec
        self.master = Master(spec)
        self.latency_ms = spec.latency_ms
        self.live_latency_ms = spec.live_latency_ms
        self.calls: deque[Call] = deque(maxlen=MAX_CALLS)
        self.call_count = 0
        certificate = make_certificate(spec.name)
        self.certificate_pem = certificate.certificate_pem
        self.fingerprint = certificate.fingerprint
        self.daemon = Daemon(
            self._answer,
            host=spec.host,
            port=spec.port,
            context=certificate.context(),
            max_clients=spec.max_clients,
        )

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def host(self) -> str:
        return self.daemon.host

    @property
    def port(self) -> int:
        return self.daemon.port

    @property
    def url(self) -> str:
        return f"https://{self.host}:{self.port}"

    def describe(self) -> dict[str, Any]:
        """Say what another process needs to reach this cluster."""
        return {
            "name": self.name,
            "host": self.host,
            "port": self.port,
            "url": self.url,
            "fingerprint": self.fingerprint,
            "certificate_pem": self.certificate_pem,
            "user": self.spec.user,
            "password": self.spec.password,
            "read_user": self.spec.read_user,
            "read_password": self.spec.read_password,
            "version": self.spec.full_version,
            "instances": len(self.master.cluster.instances),
        }

    # Answering

    def _answer(self, received: HttpRequest) -> tuple[int, dict[str, str], bytes]:
        self.calls.append(Call(received.method, received.path))
        self.call_count += 1
        headers = {"Content-Type": "application/json"}
        server = {"Server": f"Ganeti {self.spec.full_version}"}
        pause(self.latency_ms, self.master.stopping)
        try:
            body = self._handle(received)
        except RapiFault as fault:
            body = b"" if received.method == "HEAD" else fault.body()
            return fault.status, {**headers, **fault.headers, **server}, body
        return 200, {**headers, **server}, body

    def _handle(self, received: HttpRequest) -> bytes:
        request = Request(received.method, received.path, received.query)
        handler, access = resolve(request, self.spec.release)
        self.master.authorize(received.headers.get("authorization"), access)
        request.body = decode_body(received)
        if self.live_latency_ms and self._asks_nodes(request):
            pause(self.live_latency_ms, self.master.stopping)
        with self.master.lock:
            self.master.queue.advance(time.time())
            return answer(self.master, request, handler)

    def _asks_nodes(self, request: Request) -> bool:
        """Tell whether the real master would wait for its nodes."""
        if request.path == "/2/os":
            return True
        parts = request.path.split("/")
        if len(parts) > 2 and parts[2] in {"instances", "nodes"}:
            single = len(parts) == 4 and request.method == "GET"
            return single or (len(parts) == 3 and request.flag("bulk"))
        if len(parts) == 4 and parts[2] == "query":
            body = request.body if isinstance(request.body, dict) else {}
            text = (request.text("fields") or "").split(",")
            return self.master.inquirer.needs_nodes(parts[3], body.get("fields", text))
        return False

    # Controls

    def set_latency(
        self, milliseconds: float, live_milliseconds: float | None = None
    ) -> None:
        """Wait before each answer, and longer when nodes have to be asked."""
        self.latency_ms = milliseconds
        if live_milliseconds is not None:
            self.live_latency_ms = live_milliseconds

    def go_down(self) -> None:
        """Refuse connections."""
        self.daemon.set_outage(Outage.DOWN)

    def hang(self) -> None:
        """Take requests and never answer them."""
        self.daemon.set_outage(Outage.HANGING)

    def bad_gateway(self) -> None:
        """Answer an HTML page with 502, like a proxy whose daemon is away."""
        self.daemon.set_outage(Outage.BAD_GATEWAY)

    def come_back(self) -> None:
        self.daemon.set_outage(Outage.NONE)

    def _node(self, name: str) -> Node:
        cluster = self.master.cluster
        full = cluster.full_name(cluster.nodes, name)
        if full is None:
            raise KeyError(name)
        return cluster.nodes[full]

    def node_offline(self, name: str, offline: bool = True) -> None:
        """Mark a node offline in the configuration."""
        with self.master.lock:
            self._node(name).offline = offline
            self.master.cluster.forget_rows()

    def node_drained(self, name: str, drained: bool = True) -> None:
        """Mark a node drained in the configuration."""
        with self.master.lock:
            self._node(name).role = "D" if drained else "C"
            self.master.cluster.forget_rows()

    def node_unreachable(self, name: str, unreachable: bool = True) -> None:
        """Let a node not answer its master."""
        with self.master.lock:
            self._node(name).unreachable = unreachable
            self.master.cluster.forget_rows()

    def fail_next(self, opcode: str, message: str = "Simulated failure") -> None:
        """Let the next opcode of this kind fail when it is under way."""
        with self.master.lock:
            self.master.failures.setdefault(opcode, []).append(message)

    def job_duration(self, opcode: str, seconds: float) -> None:
        """Let opcodes of this kind take so long, whatever the speed."""
        with self.master.lock:
            self.master.queue.durations[opcode] = seconds

    def set_speed(self, speed: float) -> None:
        with self.master.lock:
            self.master.queue.speed = speed

    def archive_jobs(self) -> int:
        """Archive every finished job; return how many those are."""
        with self.master.lock:
            self.master.queue.advance(time.time())
            return self.master.queue.archive()

    def forget_calls(self) -> None:
        self.calls.clear()
        self.call_count = 0

    def add_instance(self, name: str, **attributes: Any) -> Instance:
        """Add a running instance; its attributes are those of ``_new_instance``."""
        with self.master.lock:
            return self._new_instance(name, **attributes)

    def change_instance(self, name: str, **attributes: Any) -> None:
        """Set attributes of an instance behind the API's back.

        ``running`` alone gives ``ERROR_down`` and ``ERROR_up``.
        """
        with self.master.lock:
            cluster = self.master.cluster
            instance = cluster.instances[name]
            running = attributes.pop("running", None)
            if "tags" in attributes:
                attributes["tags"] = set(attributes["tags"])
            for key, value in attributes.items():
                setattr(instance, key, value)
            if running is not None:
                (cluster.start if running else cluster.stop)(instance)
            instance.touch(time.time())

    def remove_instance(self, name: str) -> None:
        with self.master.lock:
            self.master.cluster.remove(self.master.cluster.instances[name])

    def set_tags(self, tags: Iterable[str], group: str | None = None) -> None:
        """Replace the tags of the cluster, or of one of its node groups."""
        with self.master.lock:
            cluster = self.master.cluster
            if group is None:
                cluster.tags = set(tags)
            else:
                cluster.groups[group].tags = set(tags)

    def reserve(self, network: str, addresses: Iterable[str]) -> None:
        """Reserve addresses of a network, as ``gnt-network modify`` does."""
        with self.master.lock:
            pool = self.master.cluster.networks[network]
            pool.reserved |= {pool.offset(address) for address in addresses}

    def _new_instance(  # noqa: PLR0913
        self,
        name: str,
        *,
        tags: Iterable[str] = (),
        node: str | None = None,
        running: bool = True,
        admin_state: str | None = None,
        memory: int = 1024,
        vcpus: int = 1,
        disks: Iterable[int] = (10240,),
        disk_template: str | None = None,
        ip: str | None = None,
        network: str | None = None,
        os: str = "image+default",
        hvparams: dict[str, Any] | None = None,
        osparams: dict[str, Any] | None = None,
    ) -> Instance:
        cluster = self.master.cluster
        now = time.time()
        instance = Instance(
            name=name,
            uuid=cluster.new_uuid(),
            os=os,
            hypervisor=self.spec.hypervisor,
            primary=self._node(node).name if node else next(iter(cluster.nodes)),
            disk_template=disk_template or cluster.disk_templates[0],
            admin_state=admin_state or ("up" if running else "down"),
            beparams={"minmem": memory, "maxmem": memory, "vcpus": vcpus},
            hvparams=dict(hvparams or {}),
            osparams=dict(osparams or {}),
            disks=[Disk(size, cluster.new_uuid()) for size in disks],
            tags=set(tags),
            network_port=cluster.new_port(),
            ctime=now,
            mtime=now,
        )
        instance.nics.append(self._new_nic(instance, ip, network))
        cluster.add(instance)
        if running:
            cluster.start(instance)
        return instance

    def _new_nic(self, instance: Instance, ip: str | None, network: str | None) -> Nic:
        cluster = self.master.cluster
        nic = Nic(cluster.new_mac(), cluster.new_uuid(), ip=ip)
        if network is None:
            return nic
        pool = cluster.networks[network]
        nic.network = pool.uuid
        connection = pool.connection(cluster.nodes[instance.primary].group)
        if connection is not None:
            nic.mode, nic.link = connection.mode, connection.link
        if ip is None:
            nic.ip = pool.take_next()
        else:
            pool.take(ip)
        return nic

    def stop(self) -> None:
        self.master.stopping.set()
        self.daemon.stop()


class Simulator:
    """Several clusters, each on an address or port of its own."""

    def __init__(self, clusters: Iterable[ClusterSpec]) -> None:
        self.clusters = {spec.name: SimulatedCluster(spec) for spec in clusters}

    def start(self) -> None:
        for cluster in self.clusters.values():
            cluster.daemon.start()

    def stop(self) -> None:
        for cluster in self.clusters.values():
            cluster.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def describe(self) -> list[dict[str, Any]]:
        return [cluster.describe() for cluster in self.clusters.values()]

    def describe_json(self) -> str:
        return json.dumps({"clusters": self.describe()}, indent=2) + "\n"
