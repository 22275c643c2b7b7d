"""Downloads: bounded in time and size, whatever a server sends."""

import gzip
import socket
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from apps.net.download import Download, Downloader, DownloadError, FileError, Limits
from tests.net.raw_server import Serve, sending, serving

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LIMITS = Limits(
    connect_s=0.4, read_s=0.4, file_s=0.4, file_bytes=100_000, total_bytes=150_000
)


@pytest.fixture
def downloader() -> Iterator[Downloader]:
    downloader = Downloader(LIMITS)
    yield downloader
    downloader.close()


def get(downloader: Downloader, serve: Serve, scheme: str = "http") -> Download:
    with serving(serve) as host:
        return downloader.get(f"{scheme}://{host}/")


@pytest.mark.parametrize(
    "serve",
    [
        sending(OK, forever=b"X", pause_s=0.05),
        sending(OK, forever=b"X: y\r\n", pause_s=0.05),
        sending(OK + b"\r\n", forever=b"x", pause_s=0.05),
        sending(CHUNKED, forever=b"0", pause_s=0.05),
        sending(CHUNKED + b"0\r\n", forever=b"X: y\r\n", pause_s=0.05),
        sending(forever=b"HTTP/1.1 100 Continue\r\n\r\n", pause_s=0.05),
        sending(CHUNKED + b"0\r\n", forever=b"X: y\r\n"),
        sending(forever=b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=[
        "header",
        "headers",
        "body",
        "chunk size",
        "trailers",
        "continue",
        "trailer flood",
        "continue flood",
    ],
)
def test_a_server_that_drips_is_cut_off_when_time_is_over(
    downloader: Downloader, serve: Serve
) -> None:
    """A timeout of each read, however small what comes, let it go on for days."""
    began = time.monotonic()

    with pytest.raises(DownloadError):
        get(downloader, serve)

    assert time.monotonic() - began < 5


def test_a_handshake_that_drips_is_cut_off_when_time_is_over(
    downloader: Downloader,
) -> None:
    record = b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb"  # a ServerHello of 16 KiB
    began = time.monotonic()

    with pytest.raises(DownloadError, match="too long"):
        get(downloader, sending(record, forever=b"\0", pause_s=0.05), "https")

    assert time.monotonic() - began < 5


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_is_used_and_cut_off_like_any_server(
    downloader: Downloader, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    asked: list[bytes] = []

    def serve(connection: socket.socket, request: bytes) -> None:
        asked.append(request.split()[1])
        sending(OK, forever=b"X", pause_s=0.05)(connection, request)

    with serving(serve) as host:
        monkeypatch.setenv(f"{scheme}_proxy", f"http://{host}")
        with pytest.raises(DownloadError, match="too long"):
            downloader.get(f"{scheme}://example.org/")

    assert asked[0] in {b"http://example.org/", b"example.org:443"}


@pytest.mark.parametrize(
    "serve",
    [
        sending(OK, forever=b"X: " + b"y" * 60_000 + b"\r\n"),
        sending(OK + b"X: ", forever=b"y" * 60_000),
        sending(OK + b"\r\n", forever=b"y" * 60_000),
        sending(OK + b"Content-Length: 10\r\n\r\nshort"),
        sending(OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 10**6)),
        sending(b"HTTP/1.1 302 Found\r\nLocation: http://a..b/\r\n\r\n"),
        sending(b"HTTP/1.1 302 Found\r\nLocation: /" + b"a" * 60_000 + b"\r\n\r\n"),
        sending(b"HTTP/1.1 \xff\r\n\r\n"),
        sending(b"\0" * 100),
        sending(CHUNKED + b"-5\r\nx"),
        sending(CHUNKED + b"f" * 60_000 + b"\r\nx"),
    ],
    ids=[
        "headers",
        "header",
        "body",
        "longer than it is",
        "gzip bomb",
        "redirect to no host",
        "endless redirect",
        "status",
        "no http",
        "negative chunk",
        "huge chunk",
    ],
)
def test_an_answer_that_lies_or_floods_is_a_failed_download(
    downloader: Downloader, serve: Serve
) -> None:
    with pytest.raises(DownloadError):
        get(downloader, serve)


def test_what_is_longer_than_it_says_ends_where_it_says(
    downloader: Downloader,
) -> None:
    page = get(downloader, sending(OK + b"Content-Length: 2\r\n\r\nlonger"))

    assert page.body == b"lo"


def test_the_body_of_a_redirect_is_not_read(downloader: Downloader) -> None:
    """An endless one was read to memory, and unpacked where it was packed."""
    head = b"HTTP/1.1 302 Found\r\nLocation: /next\r\nConnection: close\r\n\r\n"
    tracemalloc.start()

    with pytest.raises(FileError, match="from one address to the next"):
        get(downloader, sending(head, forever=b"x" * 60_000))

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_all_files_together_are_bounded(downloader: Downloader) -> None:
    body = b"x" * 90_000
    serve = sending(OK + b"Content-Length: 90000\r\n\r\n" + body)

    assert get(downloader, serve).body == body
    with pytest.raises(DownloadError, match="Its files together"):
        get(downloader, serve)


@pytest.mark.parametrize("status", [b"500 Oh", b"503 Later", b"429 Slowly"])
def test_an_error_of_the_servers_own_is_no_word_on_the_file(
    downloader: Downloader, status: bytes
) -> None:
    with pytest.raises(DownloadError) as caught:
        get(downloader, sending(b"HTTP/1.1 " + status + b"\r\n\r\n"))

    assert not isinstance(caught.value, FileError)


def test_a_redirect_may_hold_utf_8(downloader: Downloader) -> None:
    def serve(connection: socket.socket, request: bytes) -> None:
        if request.startswith(b"GET / "):
            location = "Location: /ü,é\r\n\r\n".encode()
            connection.sendall(b"HTTP/1.1 302 Found\r\n" + location)
        else:
            connection.sendall(OK + b"\r\n" + request.split()[1])

    page = get(downloader, serve)

    assert page.body == b"/%C3%BC,%C3%A9"
