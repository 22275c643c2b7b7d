"""The whole product starts: with the embedded default, and with all services."""

from pathlib import Path

import pytest
import requests

from tests.product import Product
from tests.services import Beanstalkd, MariaDB, Redis

pytestmark = pytest.mark.system


def is_ready(product: Product) -> bool:
    return requests.get(f"{product.url}/readyz", timeout=10).ok


def login_page(product: Product) -> requests.Response:
    return requests.get(f"{product.url}/accounts/login/", timeout=10)


def test_the_embedded_default_runs(tmp_path: Path) -> None:
    with Product(tmp_path) as product:
        product.wait_until(lambda: is_ready(product), description="readiness")
        page = login_page(product)

        assert page.status_code == 200
        assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
        assert "DENY" in page.headers["X-Frame-Options"]


def test_it_runs_on_mariadb_redis_and_beanstalkd(
    tmp_path: Path, mariadb: MariaDB, redis: Redis, beanstalkd: Beanstalkd
) -> None:
    pytest.importorskip("MySQLdb", reason="requirements-mysql.txt is not installed")

    with Product(
        tmp_path,
        watchers=2,
        workers=2,
        DATABASES=mariadb.databases,
        CACHES=redis.caches,
        BEANSTALK_URL=beanstalkd.url,
    ) as product:
        product.wait_until(lambda: is_ready(product), description="readiness")

        redis.kill()

        assert not is_ready(product)
        assert login_page(product).status_code == 200

        redis.start()

        product.wait_until(lambda: is_ready(product), description="readiness")


def test_wrong_settings_stop_web_and_watcher_with_a_line_for_each(
    tmp_path: Path,
) -> None:
    product = Product(tmp_path, RAPI_CONNECT_TIMEOUT="eight", NOVNC_PROXY=5)

    with pytest.raises(AssertionError, match="RAPI_CONNECT_TIMEOUT"):
        product.start_web()
    watcher = product.start_watcher()

    assert watcher.wait(20) == 3
    for name in ("web", "watcher-0"):
        assert "RAPI_CONNECT_TIMEOUT takes a number" in product.log(name)
        assert "NOVNC_PROXY takes a host and a port" in product.log(name)
