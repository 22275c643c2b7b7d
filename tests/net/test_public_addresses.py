"""Probes of private addresses are refused; time and number are limited."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apps.net import probe
from apps.net.probe import UnsuitableUrlError, is_public
from contrib.simulator.certificates import Certificate, make_certificate
from tests.net.file_server import FAILURE, FileServer, check, refusal_reason

PUBLIC = "198.41.0.4"


# -- never again: the CD-ROM URL was fetched from the server's own network, any host


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1"),  # noqa: S104 - refused
        *("192.168.1.1", "169.254.169.254", "100.64.0.1", "198.18.0.1"),
        *("224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254"),
        *("fec0::1", "ff02::1", "ff0e::1", "2001:db8::1", "::ffff:127.0.0.1"),
        *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
        *("2002:7f00:1::", "2002:a00:1::1", "64:ff9b:1::7f00:1", "::7f00:1"),
        *("2001:0:4136:e378:8000:63bf:80ff:fffe", "3fff::1", "5f00::1", "192.0.0.9"),
    ],
)
def test_private_and_special_addresses_are_refused(address: str) -> None:
    assert not is_public(address)
    assert "public internet" in refusal_reason(
        "http://example.org/a.iso", resolve=lambda _host, _port: [address]
    )


@pytest.mark.parametrize("address", [PUBLIC, "2620:fe::9", "64:ff9b::c629:4"])
def test_public_addresses_are_accepted(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"],
)
def test_this_host_is_refused_in_any_notation(server: FileServer, host: str) -> None:
    server.answers["/a.iso"] = (200, {})

    assert "public internet" in refusal_reason(server.url("/a.iso", host))
    assert server.requests == []


def test_a_host_with_one_private_address_is_refused() -> None:
    assert "public" in refusal_reason(
        "http://example.org/", resolve=lambda _host, _port: [PUBLIC, "10.0.0.1"]
    )


@contextmanager
def public_connections(
    monkeypatch: pytest.MonkeyPatch, server: FileServer
) -> Iterator[list[tuple[str, int]]]:
    """Redirect connections to PUBLIC to the server; yield their addresses."""
    addresses: list[tuple[str, int]] = []
    connect = socket.create_connection

    def connect_locally(address: tuple[str, int], timeout: float) -> socket.socket:
        addresses.append(address)
        assert address[0] == PUBLIC
        return connect(("127.0.0.1", server.port), timeout)

    monkeypatch.setattr(socket, "create_connection", connect_locally)
    yield addresses


@pytest.mark.parametrize("head", [302, 403])
def test_a_redirect_from_a_public_server_to_a_private_one_is_not_followed(
    server: FileServer, monkeypatch: pytest.MonkeyPatch, head: int
) -> None:
    headers = {"Location": "http://inside.example.org/b,ü".encode().decode("latin-1")}
    server.answers |= {"HEAD /a.iso": (head, headers), "GET /a.iso": (302, headers)}
    names = {"example.org": [PUBLIC], "inside.example.org": ["10.0.0.1"]}

    with public_connections(monkeypatch, server) as addresses:
        reason = refusal_reason(
            "http://example.org/a.iso", resolve=lambda host, _: names[host]
        )

    assert reason == FAILURE
    assert set(addresses) == {(PUBLIC, 80)}


def test_a_name_is_resolved_only_once(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers["/a.iso"] = (200, {})
    answers = iter([[PUBLIC], ["127.0.0.1"]])

    with public_connections(monkeypatch, server) as addresses:
        check("http://example.org/a.iso", resolve=lambda _host, _port: next(answers))

    assert addresses == [(PUBLIC, 80)]
    assert server.hosts == ["example.org"]


# -- time and number


def send_slowly(pieces: bytes, pause_s: float) -> Callable[[socket.socket], None]:
    def serve(listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
            connection.recv(4096)
            for piece in pieces * 1000:
                connection.sendall(bytes([piece]))
                time.sleep(pause_s)
        except OSError:
            return  # cut off

    return serve


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_slow_server_is_cut_off(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serve = send_slowly(b"x", 0.1)
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        started = time.monotonic()

        url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/"
        reason = refusal_reason(url, allow_private=True, timeout_s=0.5)

    assert time.monotonic() - started < 2
    assert reason == FAILURE


def test_a_silent_server_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"

        assert refusal_reason(url, allow_private=True, timeout_s=0.3) == FAILURE


def test_a_silent_name_server_times_out() -> None:
    woken = threading.Event()

    def sleep(_host: str, _port: int) -> list[str]:
        woken.wait(5)
        return [PUBLIC]

    reason = refusal_reason("http://example.org/", resolve=sleep, timeout_s=0.2)
    woken.set()

    assert reason == FAILURE


def test_the_number_of_probes_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "_slots", threading.BoundedSemaphore(1))
    reasons = []

    def probe_again(_host: str, _port: int) -> list[str]:
        reasons.append(refusal_reason("http://example.org/"))
        return ["10.0.0.1"]

    refusal_reason("http://example.org/", resolve=probe_again)

    assert "Try again in a moment" in reasons[0]


def test_slots_are_released() -> None:
    for _ in range(3 * probe.MAX_CONCURRENT):
        assert "http://" in refusal_reason("")


# -- TLS


@pytest.fixture
def tls_server(server: FileServer) -> Certificate:
    """Let the server speak TLS; return its certificate."""
    certificate = make_certificate("images.example.org")
    server.http.socket = certificate.context().wrap_socket(
        server.http.socket, server_side=True
    )
    server.answers["/a.iso"] = (200, {})
    return certificate


@pytest.mark.usefixtures("tls_server")
def test_an_untrusted_certificate_is_refused(server: FileServer) -> None:
    reason = refusal_reason(
        f"https://127.0.0.1:{server.port}/a.iso", allow_private=True
    )

    assert reason == FAILURE


def test_the_certificate_must_match_the_host_name(
    server: FileServer,
    tls_server: Certificate,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    authority = tmp_path / "authority.pem"
    authority.write_text(tls_server.certificate_pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))

    def resolve(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    def probe_host(host: str) -> None:
        url = f"https://{host}:{server.port}/a.iso"
        check(url, allow_private=True, resolve=resolve)

    probe_host("images.example.org")
    with pytest.raises(UnsuitableUrlError):
        probe_host("other.example.org")
