"""Limits of downloads in time and size."""

import gzip
import socket
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from apps.net.download import Download, Downloader, DownloadError, FileError, Limits
from tests.net.raw_server import Serve, send_pieces, serve_bytes

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
    with serve_bytes(serve) as host:
        return downloader.get(f"{scheme}://{host}/")


@pytest.mark.parametrize(
    "serve",
    [
        send_pieces(OK, forever=b"X", pause_s=0.05),
        send_pieces(OK, forever=b"X: y\r\n", pause_s=0.05),
        send_pieces(OK + b"\r\n", forever=b"x", pause_s=0.05),
        send_pieces(CHUNKED, forever=b"0", pause_s=0.05),
        send_pieces(CHUNKED + b"0\r\n", forever=b"X: y\r\n", pause_s=0.05),
        send_pieces(forever=b"HTTP/1.1 100 Continue\r\n\r\n", pause_s=0.05),
        send_pieces(CHUNKED + b"0\r\n", forever=b"X: y\r\n"),
        send_pieces(forever=b"HTTP/1.1 100 Continue\r\n\r\n"),
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
def test_a_slow_server_is_cut_off_after_the_time_limit(
    downloader: Downloader, serve: Serve
) -> None:
    """A timeout per read would allow a slow server to continue for days."""
    started = time.monotonic()

    with pytest.raises(DownloadError):
        get(downloader, serve)

    assert time.monotonic() - started < 5


def test_a_slow_handshake_is_cut_off_after_the_time_limit(
    downloader: Downloader,
) -> None:
    record = b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb"  # a ServerHello of 16 KiB
    started = time.monotonic()

    with pytest.raises(DownloadError, match="too long"):
        get(downloader, send_pieces(record, forever=b"\0", pause_s=0.05), "https")

    assert time.monotonic() - started < 5


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_slow_proxy_is_cut_off_after_the_time_limit(
    downloader: Downloader, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    targets: list[bytes] = []

    def serve(connection: socket.socket, request: bytes) -> None:
        targets.append(request.split()[1])
        send_pieces(OK, forever=b"X", pause_s=0.05)(connection, request)

    with serve_bytes(serve) as host:
        monkeypatch.setenv(f"{scheme}_proxy", f"http://{host}")
        with pytest.raises(DownloadError, match="too long"):
            downloader.get(f"{scheme}://example.org/")

    assert targets[0] in {b"http://example.org/", b"example.org:443"}


@pytest.mark.parametrize(
    "serve",
    [
        send_pieces(OK, forever=b"X: " + b"y" * 60_000 + b"\r\n"),
        send_pieces(OK + b"X: ", forever=b"y" * 60_000),
        send_pieces(OK + b"\r\n", forever=b"y" * 60_000),
        send_pieces(OK + b"Content-Length: 10\r\n\r\nshort"),
        send_pieces(
            OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 10**6)
        ),
        send_pieces(b"HTTP/1.1 302 Found\r\nLocation: http://a..b/\r\n\r\n"),
        send_pieces(b"HTTP/1.1 302 Found\r\nLocation: /" + b"a" * 60_000 + b"\r\n\r\n"),
        send_pieces(b"HTTP/1.1 \xff\r\n\r\n"),
        send_pieces(b"\0" * 100),
        send_pieces(CHUNKED + b"-5\r\nx"),
        send_pieces(CHUNKED + b"f" * 60_000 + b"\r\nx"),
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
def test_malformed_and_oversized_answers_fail(
    downloader: Downloader, serve: Serve
) -> None:
    with pytest.raises(DownloadError):
        get(downloader, serve)


def test_a_body_is_cut_at_its_content_length(
    downloader: Downloader,
) -> None:
    page = get(downloader, send_pieces(OK + b"Content-Length: 2\r\n\r\nlonger"))

    assert page.body == b"lo"


def test_the_body_of_a_redirect_is_not_read(downloader: Downloader) -> None:
    """An endless body was read into memory, and decompressed."""
    head = b"HTTP/1.1 302 Found\r\nLocation: /next\r\nConnection: close\r\n\r\n"
    tracemalloc.start()

    with pytest.raises(FileError, match="redirects too many times"):
        get(downloader, send_pieces(head, forever=b"x" * 60_000))

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_the_total_size_is_limited(downloader: Downloader) -> None:
    body = b"x" * 90_000
    serve = send_pieces(OK + b"Content-Length: 90000\r\n\r\n" + body)

    assert get(downloader, serve).body == body
    with pytest.raises(DownloadError, match="Its files together"):
        get(downloader, serve)


@pytest.mark.parametrize("status", [b"500 Oh", b"503 Later", b"429 Slowly"])
def test_a_server_error_is_not_an_error_of_the_file(
    downloader: Downloader, status: bytes
) -> None:
    with pytest.raises(DownloadError) as exc_info:
        get(downloader, send_pieces(b"HTTP/1.1 " + status + b"\r\n\r\n"))

    assert not isinstance(exc_info.value, FileError)


def test_a_redirect_may_contain_utf_8(downloader: Downloader) -> None:
    def serve(connection: socket.socket, request: bytes) -> None:
        if request.startswith(b"GET / "):
            location = "Location: /ü,é\r\n\r\n".encode()
            connection.sendall(b"HTTP/1.1 302 Found\r\n" + location)
        else:
            connection.sendall(OK + b"\r\n" + request.split()[1])

    page = get(downloader, serve)

    assert page.body == b"/%C3%BC,%C3%A9"
