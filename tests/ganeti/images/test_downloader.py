"""Downloads of sources: redirects, limits and errors."""

import gzip
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from apps.ganeti.images import downloader
from apps.ganeti.images.downloader import ImageDownloader
from apps.net.download import DownloadError, FileError
from tests.ganeti.images.conftest import ImageServer, break_off, redirect, send


@pytest.fixture
def client() -> Iterator[ImageDownloader]:
    client = ImageDownloader()
    yield client
    client.close()


def test_a_file_is_returned_unchanged(
    server: ImageServer, client: ImageDownloader
) -> None:
    server.pages["/a"] = b"\x00\xff"

    page = client.get(server.url + "a")

    assert (page.url, page.body) == (server.url + "a", b"\x00\xff")


def test_a_redirect_is_followed(
    server: ImageServer, other_server: ImageServer, client: ImageDownloader
) -> None:
    server.pages["/pub"] = redirect("/pub/")
    server.pages["/pub/"] = redirect(other_server.url + "x")
    other_server.pages["/x"] = b"here"

    assert client.get(server.url + "pub").url == other_server.url + "x"


def test_redirects_are_limited(server: ImageServer, client: ImageDownloader) -> None:
    server.pages["/a"] = redirect("/a")

    with pytest.raises(FileError, match="redirects too many times"):
        client.get(server.url + "a")
    assert len(server.requested_paths) == 1 + downloader.MAX_REDIRECTS


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://h/x", "gopher://h/"])
def test_redirects_to_other_schemes_are_refused(
    server: ImageServer, client: ImageDownloader, location: str
) -> None:
    server.pages["/a"] = redirect(location)

    with pytest.raises(FileError, match="isn't HTTP"):
        client.get(server.url + "a")


@pytest.mark.parametrize(
    "location", ["http://", "http://[x", "http://h:port/", "http://a..b/"]
)
def test_redirects_to_invalid_addresses_are_broken(
    server: ImageServer, client: ImageDownloader, location: str
) -> None:
    server.pages["/a"] = redirect(location)

    with pytest.raises(DownloadError):
        client.get(server.url + "a")


def test_an_error_has_its_status_code(
    server: ImageServer, client: ImageDownloader
) -> None:
    with pytest.raises(FileError, match=r": HTTP 404\."):
        client.get(server.url + "none")


def test_a_file_that_is_too_large_is_not_read(
    server: ImageServer, client: ImageDownloader
) -> None:
    def send_endlessly(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65536)

    server.pages["/a"] = send_endlessly

    with pytest.raises(FileError, match=r": 512 KiB\."):
        client.get(server.url + "a")


def test_compressed_content_is_not_unpacked(
    server: ImageServer, client: ImageDownloader
) -> None:
    compressed = gzip.compress(b"x" * 10_000_000)
    server.pages["/a"] = lambda handler: send(
        handler, compressed, Content_Encoding="gzip"
    )

    with pytest.raises(FileError, match="unexpected encoding"):
        client.get(server.url + "a")


@pytest.mark.usefixtures("short_timeouts")
def test_a_server_that_does_not_answer_times_out(
    server: ImageServer, client: ImageDownloader
) -> None:
    server.pages["/a"] = lambda _: time.sleep(3)

    with pytest.raises(DownloadError, match="didn't respond in time"):
        client.get(server.url + "a")


@pytest.mark.usefixtures("short_timeouts")
def test_a_slow_download_times_out(
    server: ImageServer, client: ImageDownloader
) -> None:
    def send_slowly(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(40):
            handler.wfile.write(b"x")
            time.sleep(0.1)

    server.pages["/a"] = send_slowly
    started = time.monotonic()

    with pytest.raises(DownloadError, match="too long"):
        client.get(server.url + "a")
    assert time.monotonic() - started < 3


def test_a_connection_that_breaks_off_is_reported(
    server: ImageServer, client: ImageDownloader
) -> None:
    def send_half(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"half")

    server.pages["/a"], server.pages["/b"] = send_half, break_off

    for name in "ab":
        with pytest.raises(DownloadError, match="was lost"):
            client.get(server.url + name)


def test_an_unreachable_server_is_reported(
    server: ImageServer, client: ImageDownloader
) -> None:
    server.stop()

    with pytest.raises(DownloadError, match="can't be reached"):
        client.get(server.url)
