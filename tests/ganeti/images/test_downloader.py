"""Files from the web: what is too slow, too large or not HTTP is given up."""

import gzip
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from apps.ganeti.images import downloader
from apps.ganeti.images.downloader import ImageDownloader
from apps.net.download import DownloadError, FileError
from tests.ganeti.images.conftest import Site, break_off, redirect, send


@pytest.fixture
def client() -> Iterator[ImageDownloader]:
    client = ImageDownloader()
    yield client
    client.close()


def test_what_is_there_comes_as_it_is(site: Site, client: ImageDownloader) -> None:
    site.pages["/a"] = b"\x00\xff"

    page = client.get(site.url + "a")

    assert (page.url, page.body) == (site.url + "a", b"\x00\xff")


def test_a_redirect_is_followed_and_the_new_address_counts(
    site: Site, other_site: Site, client: ImageDownloader
) -> None:
    site.pages["/pub"] = redirect("/pub/")
    site.pages["/pub/"] = redirect(other_site.url + "x")
    other_site.pages["/x"] = b"here"

    assert client.get(site.url + "pub").url == other_site.url + "x"


def test_who_sends_round_and_round_is_not_followed(
    site: Site, client: ImageDownloader
) -> None:
    site.pages["/a"] = redirect("/a")

    with pytest.raises(FileError, match="redirects too many times"):
        client.get(site.url + "a")
    assert len(site.asked) == 1 + downloader.MAX_REDIRECTS


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://h/x", "gopher://h/"])
def test_only_http_is_spoken(site: Site, client: ImageDownloader, to: str) -> None:
    site.pages["/a"] = redirect(to)

    with pytest.raises(FileError, match="isn't HTTP"):
        client.get(site.url + "a")


@pytest.mark.parametrize(
    "to", ["http://", "http://[x", "http://h:port/", "http://a..b/"]
)
def test_no_address_breaks_anything(
    site: Site, client: ImageDownloader, to: str
) -> None:
    site.pages["/a"] = redirect(to)

    with pytest.raises(DownloadError):
        client.get(site.url + "a")


def test_an_error_is_told_with_its_number(site: Site, client: ImageDownloader) -> None:
    with pytest.raises(FileError, match=r": HTTP 404\."):
        client.get(site.url + "none")


def test_what_is_too_large_is_not_read_to_its_end(
    site: Site, client: ImageDownloader
) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65536)

    site.pages["/a"] = endless

    with pytest.raises(FileError, match=r": 512 KiB\."):
        client.get(site.url + "a")


def test_what_is_packed_is_not_unpacked(site: Site, client: ImageDownloader) -> None:
    packed = gzip.compress(b"x" * 10_000_000)
    site.pages["/a"] = lambda it: send(it, packed, Content_Encoding="gzip")

    with pytest.raises(FileError, match="unexpected encoding"):
        client.get(site.url + "a")


@pytest.mark.usefixtures("impatient")
def test_who_does_not_answer_is_not_waited_for(
    site: Site, client: ImageDownloader
) -> None:
    site.pages["/a"] = lambda _: time.sleep(3)

    with pytest.raises(DownloadError, match="didn't respond in time"):
        client.get(site.url + "a")


@pytest.mark.usefixtures("impatient")
def test_who_drips_is_not_waited_for_to_the_end(
    site: Site, client: ImageDownloader
) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b"x")
            time.sleep(0.1)

    site.pages["/a"] = drip
    began = time.monotonic()

    with pytest.raises(DownloadError, match="too long"):
        client.get(site.url + "a")
    assert time.monotonic() - began < 3


def test_who_breaks_off_is_broken(site: Site, client: ImageDownloader) -> None:
    def half(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"half")

    site.pages["/a"], site.pages["/b"] = half, break_off

    for name in "ab":
        with pytest.raises(DownloadError, match="was lost"):
            client.get(site.url + name)


def test_who_is_away_is_broken(site: Site, client: ImageDownloader) -> None:
    site.stop()

    with pytest.raises(DownloadError, match="can't be reached"):
        client.get(site.url)
