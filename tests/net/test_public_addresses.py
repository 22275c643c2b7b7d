"""Addresses of this network are not asked, nor is anybody waited for."""

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
from tests.net.file_server import FAILURE, Server, check, why

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
def test_no_address_of_ones_own_is_public(address: str) -> None:
    assert not is_public(address)
    assert "public internet" in why(
        "http://example.org/a.iso", resolve=lambda _host, _port: [address]
    )


@pytest.mark.parametrize("address", [PUBLIC, "2620:fe::9", "64:ff9b::c629:4"])
def test_addresses_of_the_internet_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"],
)
def test_however_it_is_written_this_host_is_not_asked(
    server: Server, host: str
) -> None:
    server.answers["/a.iso"] = (200, {})

    assert "public internet" in why(server.url("/a.iso", host))
    assert server.asked == []


def test_one_private_address_among_public_ones_is_too_many() -> None:
    assert "public" in why(
        "http://example.org/", resolve=lambda _host, _port: [PUBLIC, "10.0.0.1"]
    )


@contextmanager
def going_to(
    monkeypatch: pytest.MonkeyPatch, server: Server
) -> Iterator[list[tuple[str, int]]]:
    """Let connections to PUBLIC arrive at the server; return where they went."""
    went: list[tuple[str, int]] = []
    connect = socket.create_connection

    def instead(address: tuple[str, int], timeout: float) -> socket.socket:
        went.append(address)
        assert address[0] == PUBLIC
        return connect(("127.0.0.1", server.port), timeout)

    monkeypatch.setattr(socket, "create_connection", instead)
    yield went


@pytest.mark.parametrize("head", [302, 403])
def test_a_redirect_from_a_public_server_to_a_private_one_is_not_followed(
    server: Server, monkeypatch: pytest.MonkeyPatch, head: int
) -> None:
    inside = {"Location": "http://inside.example.org/b,ü".encode().decode("latin-1")}
    server.answers |= {"HEAD /a.iso": (head, inside), "GET /a.iso": (302, inside)}
    names = {"example.org": [PUBLIC], "inside.example.org": ["10.0.0.1"]}

    with going_to(monkeypatch, server) as went:
        reason = why("http://example.org/a.iso", resolve=lambda host, _: names[host])

    assert reason == FAILURE
    assert set(went) == {(PUBLIC, 80)}


def test_a_name_is_resolved_once_and_its_address_is_what_is_asked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers["/a.iso"] = (200, {})
    answers = iter([[PUBLIC], ["127.0.0.1"]])

    with going_to(monkeypatch, server) as went:
        check("http://example.org/a.iso", resolve=lambda _host, _port: next(answers))

    assert went == [(PUBLIC, 80)]
    assert server.hosts == ["example.org"]


# -- how long it takes


def drip(pieces: bytes, pause_s: float) -> Callable[[socket.socket], None]:
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
def test_a_server_that_answers_in_drops_is_cut_off(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serve = drip(b"x", 0.1)
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        began = time.monotonic()

        url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/"
        reason = why(url, allow_private=True, timeout_s=0.5)

    assert time.monotonic() - began < 2
    assert reason == FAILURE


def test_a_server_that_says_nothing_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"

        assert why(url, allow_private=True, timeout_s=0.3) == FAILURE


def test_a_name_server_that_says_nothing_is_left() -> None:
    asleep = threading.Event()

    def sleep(_host: str, _port: int) -> list[str]:
        asleep.wait(5)
        return [PUBLIC]

    reason = why("http://example.org/", resolve=sleep, timeout_s=0.2)
    asleep.set()

    assert reason == FAILURE


def test_only_so_many_wait_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "_slots", threading.BoundedSemaphore(1))
    reasons = []

    def ask_again(_host: str, _port: int) -> list[str]:
        reasons.append(why("http://example.org/"))
        return ["10.0.0.1"]

    why("http://example.org/", resolve=ask_again)

    assert "try again in a moment" in reasons[0]


def test_slots_come_back() -> None:
    for _ in range(3 * probe.MAX_CONCURRENT):
        assert "http://" in why("")


# -- TLS


@pytest.fixture
def secure(server: Server) -> Certificate:
    """Return the certificate of the server, which speaks TLS now."""
    certificate = make_certificate("images.example.org")
    server.http.socket = certificate.context().wrap_socket(
        server.http.socket, server_side=True
    )
    server.answers["/a.iso"] = (200, {})
    return certificate


@pytest.mark.usefixtures("secure")
def test_a_certificate_that_nobody_vouches_for_is_said(server: Server) -> None:
    reason = why(f"https://127.0.0.1:{server.port}/a.iso", allow_private=True)

    assert reason == FAILURE


def test_a_certificate_is_one_of_the_name_and_not_of_the_address(
    server: Server,
    secure: Certificate,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    authority = tmp_path / "authority.pem"
    authority.write_text(secure.certificate_pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))

    def here(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    def ask(host: str) -> None:
        url = f"https://{host}:{server.port}/a.iso"
        check(url, allow_private=True, resolve=here)

    ask("images.example.org")
    with pytest.raises(UnsuitableUrlError):
        ask("other.example.org")
