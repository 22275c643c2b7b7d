"""Run simulated clusters until interrupted."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from contrib.simulator.control import ControlPort
from contrib.simulator.simulator import Simulator
from contrib.simulator.spec import ClusterSpec

NAMES = (
    *("athens", "berlin", "cairo", "dublin", "edinburgh", "florence", "geneva"),
    *("helsinki", "istanbul", "jena", "kyoto", "lisbon", "madrid", "nicosia"),
    *("oslo", "paris", "quito", "rome", "sofia", "thessaloniki"),
)


def owners(text: str) -> dict[str, int]:
    """Read ``alice:20,bob:3``."""
    counts = {}
    for part in text.split(","):
        name, _, count = part.partition(":")
        counts[name] = int(count or "1")
    return counts


def parser() -> argparse.ArgumentParser:
    args = argparse.ArgumentParser(
        prog="python -m contrib.simulator",
        description="Simulate Ganeti clusters with their remote API over HTTPS.",
    )
    add = args.add_argument
    add("--port-base", type=int, default=0, help="first port; 0: any free ports")
    add(
        "--own-addresses",
        action="store_true",
        help="127.0.0.1, 127.0.0.2 …, a cluster on each",
    )
    add("--control-port", type=int, default=0, help="plain HTTP; 0: any free port")
    add("--clusters", type=int, default=1)
    add("--nodes", type=int, default=4, help="nodes of each cluster")
    add("--instances", type=int, default=20, help="instances of all clusters together")
    add("--seed", type=int, default=1)
    add("--version", default="3.0.2", help="of Ganeti: 2.8 to 3.1")
    add("--hypervisor", choices=("kvm", "fake"), default="kvm")
    add("--lab", action="store_true", help="the cluster that contrib/lab/lab makes")
    add("--latency-ms", type=float, default=0, help="before each answer")
    add("--live-latency-ms", type=float, default=0, help="more where nodes are asked")
    add("--speed", type=float, default=1, help="how many times faster jobs are")
    add("--max-clients", type=int, default=20)
    add("--owners", type=owners, default={}, metavar="NAME:COUNT,…")
    add("--tag-prefix", default="ganetimgr")
    add("--user", default="ganetimgr")
    add("--password", default="secret")
    add("--anonymous-reads", action="store_true", help="reads need no password")
    add("--ready-file", type=Path, help="written, as JSON, once all ports listen")
    return args


def spread(total: int, parts: int, index: int) -> int:
    """Return the size of one part of a total that is divided evenly."""
    return total // parts + (index < total % parts)


def specs(options: argparse.Namespace) -> list[ClusterSpec]:
    """Divide instances and owners among the clusters."""
    count: int = options.clusters
    cluster_specs = []
    for index in range(count):
        shared = {
            name: spread(number, count, index)
            for name, number in options.owners.items()
        }
        name = NAMES[index] if index < len(NAMES) else f"cluster{index + 1}"
        cluster_specs.append(
            ClusterSpec(
                name="cluster" if options.lab and count == 1 else name,
                version=options.version,
                hypervisor="fake" if options.lab else options.hypervisor,
                nodes=options.nodes,
                instances=spread(options.instances, count, index),
                seed=options.seed + index,
                owners=shared,
                tag_prefix=options.tag_prefix,
                lab=options.lab,
                user=options.user,
                password=options.password,
                require_authentication=not (options.anonymous_reads or options.lab),
                latency_ms=options.latency_ms,
                live_latency_ms=options.live_latency_ms,
                speed=options.speed,
                max_clients=options.max_clients,
                host=f"127.0.0.{index + 1}" if options.own_addresses else "127.0.0.1",
                port=options.port_base + index if options.port_base else 0,
            )
        )
    return cluster_specs


def write_ready_file(path: Path, simulator: Simulator, control: ControlPort) -> None:
    """Write where everything listens, in one step so that no half is ever read."""
    document = {
        "control_url": f"http://127.0.0.1:{control.port}",
        "clusters": simulator.describe(),
    }
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(json.dumps(document, indent=2) + "\n")
    partial.replace(path)


def main(arguments: list[str] | None = None) -> None:
    options = parser().parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with Simulator(specs(options)) as simulator:
        control = ControlPort(simulator, options.control_port)
        control.start()
        for cluster in simulator.clusters.values():
            count = len(cluster.master.cluster.instances)
            sys.stdout.write(f"{cluster.name} {cluster.url} {count} instances\n")
        sys.stdout.write(f"controls http://127.0.0.1:{control.port}\n")
        sys.stdout.flush()
        if options.ready_file:
            write_ready_file(options.ready_file, simulator, control)
        stopped.wait()
        control.stop()


if __name__ == "__main__":
    main()
