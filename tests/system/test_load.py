"""Load on web and watcher with SQLite, and the cost of an idle watcher."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contrib.simulator import ClusterSpec, Simulator
from tests import services
from tests.product import Product
from tests.system.inside import Inside
from tests.system.site import COUNTING, within_s
from tests.system.visitor import Visitor

pytestmark = [pytest.mark.system]

MACHINES = 50
VISITORS = 10
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    directory = tmp_path_factory.mktemp("load")
    with Product(directory, workers=2, INSTALLED_APPS=COUNTING) as product:
        yield product


@pytest.fixture(scope="module")
def inside(product: Product) -> Iterator[Inside]:
    """Return the product's inside, with a simulated cluster."""
    spec = ClusterSpec(instances=MACHINES, speed=5)
    with Simulator([spec]) as simulator, Inside(product.environment) as inside:
        cluster = simulator.clusters["athens"]
        inside.ask("set_up", port=cluster.port, fingerprint=cluster.fingerprint)
        yield inside


def test_fifty_submissions_at_once_find_the_database_unlocked(
    product: Product, inside: Inside
) -> None:
    product.wait_until(lambda: inside.ask("known_states"), within_s(10), "the machines")
    names = sorted(inside.ask("known_states"))[:MACHINES]
    assert len(names) == MACHINES
    # One after another, because of the rate limit of logins.
    visitors = [Visitor(product.url).log_in("root") for _ in range(VISITORS)]
    with ThreadPoolExecutor(VISITORS) as pool:
        answers = list(pool.map(reboot, (visitors * MACHINES)[:MACHINES], names))

    assert set(answers) == {200}
    pks = [inside.ask("latest_job_pk", name=name) for name in names]
    assert all(pks)
    product.wait_until(
        lambda: all(inside.ask("job", pk=pk)["handled"] for pk in pks),
        within_s(30),
        "the end of all jobs",
    )
    jobs = [inside.ask("job", pk=pk) for pk in pks]
    assert {job["counted"] for job in jobs} == {1}
    # A reboot that clears the mark "needs reboot" passes its entry on to that job.
    assert {job["recorded"] for job in jobs} - {None} == {"reboot"}
    assert "locked" not in product.log() + product.log("watcher-0")


def reboot(visitor: Visitor, name: str) -> int:
    page = f"/instances/lab/{name}/"
    return visitor.submit("/", f"{page}reboot", kind="hard").status_code


def test_an_idle_watcher_uses_little_cpu_and_memory(
    product: Product, inside: Inside
) -> None:
    product.wait_until(lambda: inside.ask("known_states"), within_s(10), "the machines")
    watcher = product.watchers[0]
    cpu_at_start_s, start = cpu_s(watcher.pid), time.monotonic()

    services.wait_until(lambda: time.monotonic() - start > 6, 10)

    share = (cpu_s(watcher.pid) - cpu_at_start_s) / (time.monotonic() - start)
    assert share < 0.08
    assert resident_mib(watcher.pid) < 150


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def resident_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [kib] = [line.split()[1] for line in lines if line.startswith("VmRSS")]
    return int(kib) / 1024
