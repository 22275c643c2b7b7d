"""Images from a real web server through real watchers to a page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.conftest import running
from tests.product import Product
from tests.webservers import Python

pytestmark = pytest.mark.system

MAKE_ROOT = """
from django.contrib.auth.models import User
User.objects.create_superuser("root", "root@example.org", "root")
"""


@pytest.fixture
def server() -> Iterator[Python]:
    for server in running(Python):
        for name in ("debian-x86_64.tar.gz", "ubuntu-x86_64.img"):
            (server.root / name).touch()
        yield server


class Visitor:
    """Somebody who may see everything, without a browser."""

    def __init__(self, product: Product) -> None:
        self._url = product.url
        self._session = requests.Session()
        self._post("/accounts/login/", username="root", password="root")

    def offered(self) -> list[str]:
        answer = self._session.get(f"{self._url}/operating_systems/", timeout=10)
        return [each["id"] for each in answer.json()["operating_systems"]]

    def broken(self) -> list[str]:
        answer = self._session.get(f"{self._url}/operating_systems/", timeout=10)
        return [it["error"] for it in answer.json()["sources"] if it["failing_since"]]

    def fetch_again(self) -> None:
        self._post("/cluster/images/fetch")

    def _post(self, path: str, **fields: str) -> None:
        page = self._session.get(f"{self._url}/accounts/login/", timeout=10)
        assert page.ok
        token = self._session.cookies.get("csrftoken", "")
        answer = self._session.post(
            self._url + path,
            data={**fields, "csrfmiddlewaretoken": token},
            timeout=10,
        )
        assert answer.ok, answer.text


def test_watchers_fetch_once_and_again_when_asked_and_a_broken_source_loses_nothing(
    tmp_path: Path, server: Python
) -> None:
    all_of_it = ["", "debian-x86_64.tar.gz", "ubuntu-x86_64.img"]
    with Product(tmp_path, watchers=2, OPERATING_SYSTEMS_URLS=[server.url]) as product:
        product.shell(MAKE_ROOT)
        visitor = Visitor(product)

        product.wait_until(lambda: visitor.offered() == all_of_it, 30, "the images")
        assert (server.directory / "log").read_text().count("GET / ") == 1

        (server.root / "arch-x86_64.img").touch()
        visitor.fetch_again()
        now = ["", "arch-x86_64.img", *all_of_it[1:]]
        product.wait_until(lambda: visitor.offered() == now, 30, "the new image")

        server.kill()
        visitor.fetch_again()
        product.wait_until(visitor.broken, 30, "the source to be found broken")
        assert visitor.offered() == now
