"""Somebody writes to the shared cache, and has pages and the watcher read it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests import services
from tests.attacks.site import SETTINGS, Site, set_up, simulate
from tests.caches.exploit import Exploit
from tests.product import Product
from tests.system.visitor import Visitor

pytestmark = pytest.mark.attack

MACHINE = "web1.alice.example.org"
PAGES = ("/", "/accounts/login/", "/news", "/readyz")


@pytest.fixture
def exploit(tmp_path: Path) -> Exploit:
    return Exploit(tmp_path / "executed")


@pytest.fixture(scope="module")
def redis_server() -> Iterator[services.Redis]:
    if not services.Redis.is_installed():
        pytest.skip("redis-server is not installed")
    with services.Redis() as server:
        yield server


@pytest.fixture(scope="module")
def with_redis(
    redis_server: services.Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """Run a site whose cache is Redis."""
    directory = tmp_path_factory.mktemp("attacks-redis")
    product = Product(directory, CACHES=redis_server.caches, **SETTINGS)
    with simulate() as simulator, product:
        set_up(product, simulator.clusters["athens"])
        yield product


def read_all_pages(visitor: Visitor, exploit: Exploit) -> None:
    statuses = [visitor.get(page).status_code for page in PAGES]

    assert not exploit.was_run
    assert 500 not in statuses


def test_code_in_redis_does_not_run(
    with_redis: Product, redis_server: services.Redis, exploit: Exploit
) -> None:
    alice = Visitor(with_redis.url).log_in("alice")
    with_redis.wait_until(lambda: alice.sees(MACHINE), 30, "the cluster is known")
    with redis.Redis(port=redis_server.port) as attacker:
        for payload in exploit.payloads:
            for key in list(attacker.scan_iter()):
                attacker.set(key, payload)
            read_all_pages(alice, exploit)

    with_redis.wait_until(lambda: alice.sees(MACHINE), 30, "the page is as it was")
    with_redis.wait_until(
        lambda: (
            "counts as missing" in with_redis.log("web") + with_redis.log("watcher-0")
        ),
        90,
        "a line in the log",
    )


def test_code_in_the_cache_directory_does_not_run(site: Site, exploit: Exploit) -> None:
    alice = site.visitor("alice")
    for payload in exploit.payloads:
        for path in (site.product.directory / "state" / "cache").iterdir():
            path.write_bytes(payload)
        read_all_pages(alice, exploit)

    site.product.wait_until(lambda: alice.sees(MACHINE), 30, "the page is as it was")
