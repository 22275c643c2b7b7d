"""Images fetched by real watchers from a real web server."""

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


class ApiClient:
    """HTTP client of a superuser."""

    def __init__(self, product: Product) -> None:
        self._url = product.url
        self._session = requests.Session()
        self._post("/accounts/login/", username="root", password="root")

    def image_ids(self) -> list[str]:
        response = self._session.get(f"{self._url}/operating_systems/", timeout=10)
        return [image["id"] for image in response.json()["operating_systems"]]

    def source_errors(self) -> list[str]:
        response = self._session.get(f"{self._url}/operating_systems/", timeout=10)
        return [
            source["error"]
            for source in response.json()["sources"]
            if source["failing_since"]
        ]

    def fetch_again(self) -> None:
        self._post("/cluster/images/fetch")

    def _post(self, path: str, **fields: str) -> None:
        page = self._session.get(f"{self._url}/accounts/login/", timeout=10)
        assert page.ok
        token = self._session.cookies.get("csrftoken", "")
        response = self._session.post(
            self._url + path,
            data={**fields, "csrfmiddlewaretoken": token},
            timeout=10,
        )
        assert response.ok, response.text


def test_watchers_fetch_sources_once_and_on_request(
    tmp_path: Path, server: Python
) -> None:
    first_ids = ["", "debian-x86_64.tar.gz", "ubuntu-x86_64.img"]
    with Product(tmp_path, watchers=2, OPERATING_SYSTEMS_URLS=[server.url]) as product:
        product.shell(MAKE_ROOT)
        client = ApiClient(product)

        product.wait_until(lambda: client.image_ids() == first_ids, 30, "the images")
        assert (server.directory / "log").read_text().count("GET / ") == 1

        (server.root / "arch-x86_64.img").touch()
        client.fetch_again()
        new_ids = ["", "arch-x86_64.img", *first_ids[1:]]
        product.wait_until(lambda: client.image_ids() == new_ids, 30, "the new image")

        server.kill()
        client.fetch_again()
        product.wait_until(client.source_errors, 30, "the source to be found broken")
        assert client.image_ids() == new_ids
