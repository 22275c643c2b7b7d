"""Directory listings of real web servers."""

import json
from collections.abc import Iterator

import pytest

from apps.ganeti.images import reading
from apps.ganeti.images.sources import Source, SourceKind
from tests.conftest import running
from tests.webservers import (
    Apache,
    ApacheFancy,
    ApacheTable,
    Lighttpd,
    Nginx,
    Python,
    WebServer,
)

pytestmark = pytest.mark.system
NAMES = [
    "a%20b.img",
    "a-very-long-name-that-goes-on-and-on-and-is-cut-short-in-lists.tar.gz",
    "c#1;d?e.img",
    "col:on.img",
    "debian 12 & co.tar.gz",
    "debian-9.img",
    "debian-10.img",
    'ub<u>ntu"x.img',
    "ελληνικά.img",
]
IMAGE = {"description": "Debian 12", "provider": "image+default"}


@pytest.fixture(
    scope="module",
    params=[Nginx, Lighttpd, Apache, ApacheFancy, ApacheTable, Python],
    ids=lambda kind: kind.__name__.lower(),
)
def server(request: pytest.FixtureRequest) -> Iterator[WebServer]:
    for server in running(request.param):
        directory = server.root / "pub and more"
        (directory / "old.img").mkdir(parents=True)
        for name in NAMES:
            (directory / name).touch()
            (directory / f"{name}.dsc").write_text(f"It is {name}\n")
        (directory / "README").touch()
        (directory / "ubuntu.diskdump").touch()
        (directory / "more.meta").write_text(json.dumps(IMAGE))
        yield server


@pytest.mark.parametrize("path", ["pub%20and%20more/", "pub and more"])
def test_every_image_is_found_with_its_description(
    server: WebServer, path: str
) -> None:
    result = reading.read(
        Source(SourceKind.LISTING, server.url + path, "image+default")
    )

    assert result.problems == []
    assert {image.id: image.description for image in result.images} == {
        name: f"It is {name}" for name in NAMES
    }
    ids = [image.id for image in result.images]
    assert ids.index("debian-9.img") < ids.index("debian-10.img")


def test_snf_images_have_a_url_that_nodes_can_fetch(server: WebServer) -> None:
    url = f"{server.url}pub%20and%20more/"

    (image,) = reading.read(Source(SourceKind.SNF, url)).images

    assert image.osparams["img_id"] == f"{url}ubuntu.diskdump"


def test_meta_files_are_read(server: WebServer) -> None:
    url = f"{server.url}pub%20and%20more/"

    (image,) = reading.read(Source(SourceKind.META, url)).images

    assert (image.id, image.description) == ("more", "Debian 12")
