"""Whether there is a file behind an address, and that nothing else is asked."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.ganeti import remote_files
from apps.ganeti.remote_files import Unsuitable, check, is_public
from contrib.simulator.certificates import Certificate, make_certificate

PUBLIC = "198.41.0.4"


class Server:
    """Answers as it is told, by path, and notes who asked for what."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str]]] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.hosts: list[str] = []
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(
            target=self.http.serve_forever, args=(0.01,), daemon=True
        ).start()

    @property
    def port(self) -> int:
        return self.http.server_port

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                server.asked.append(
                    (self.command, self.path, self.headers.get("Range", ""))
                )
                server.hosts.append(self.headers["Host"])
                key = f"{self.command} {self.path}"
                default = server.answers.get(self.path, (404, {}))
                status, headers = server.answers.get(key, default)
                self.send_response(status)
                for name, value in {"Content-Length": "0", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()

            do_GET = do_HEAD = answer  # noqa: N815 - their names

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


def why(url: str, **how: object) -> str:
    """Return why an address is refused."""
    with translation.override("en"), pytest.raises(Unsuitable) as caught:
        check(url, **how)  # type: ignore[arg-type]  # as each test wants it
    return str(caught.value.reason)


# -- what is found


def test_a_file_is_found_by_its_head_alone(server: Server) -> None:
    server.answers["/a.iso?x=1"] = (200, {})

    check(server.url("/a.iso?x=1"), allow_private=True)

    assert server.asked == [("HEAD", "/a.iso?x=1", "")]
    assert server.hosts == [f"127.0.0.1:{server.port}"]


def test_a_server_without_heads_is_asked_for_one_byte(server: Server) -> None:
    server.answers |= {"HEAD /a.iso": (405, {}), "GET /a.iso": (206, {})}

    check(server.url("/a.iso"), allow_private=True)

    assert server.asked[-1] == ("GET", "/a.iso", "bytes=0-0")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(server: Server, status: int) -> None:
    server.answers |= {
        "/a.iso": (status, {"Location": "/b.iso"}),
        "/b.iso": (200, {}),
    }

    check(server.url("/a.iso"), allow_private=True)

    assert [path for _, path, _ in server.asked] == ["/a.iso", "/b.iso"]


# -- what is not


@pytest.mark.parametrize("status", [400, 403, 404, 500, 204])
def test_what_the_server_answers_is_said(server: Server, status: int) -> None:
    server.answers["/a.iso"] = (status, {})

    assert str(status) in why(server.url("/a.iso"), allow_private=True)


def test_redirects_come_to_an_end(server: Server) -> None:
    server.answers["/a.iso"] = (302, {"Location": "/a.iso"})

    assert "from one address to the next" in why(
        server.url("/a.iso"), allow_private=True
    )
    assert len(server.asked) == remote_files.MOST_REDIRECTS + 1


def test_a_redirect_leads_to_no_other_scheme(server: Server) -> None:
    server.answers["/a.iso"] = (302, {"Location": "file:///etc/passwd"})

    assert "http://" in why(server.url("/a.iso"), allow_private=True)


def test_nobody_listening_is_said() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]

    assert "does not take connections" in why(
        f"http://127.0.0.1:{port}/", allow_private=True
    )


@pytest.mark.parametrize(
    "url",
    [
        "a.iso",
        "ftp://example.org/a.iso",
        "file:///etc/passwd",
        "gopher://example.org/",
        "/srv/a.iso",
        "http://",
        "http:///a.iso",
        "http://example.org:0/a.iso",
        "http://example.org:99999/a.iso",
        "http://[::1/a.iso",
        "http://me:secret@example.org/a.iso",
        "http://example.org/a b.iso",
        "http://example.org/a.iso\r\nX: y",
        "http://exämple.org/a.iso",
        "http://example.org/" + "a" * 2000,
    ],
)
def test_nothing_else_is_an_address(url: str) -> None:
    def nobody(_host: str, _port: int) -> list[str]:
        raise AssertionError("nothing is to be resolved")

    assert why(url, resolve=nobody)


def test_a_comma_would_be_an_option_of_qemu() -> None:
    assert "comma" in why("http://example.org/a.iso,file=/etc/shadow")


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
        *("2002:7f00:1::", "2002:a00:1::1"),
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


def test_a_name_that_is_none_looks_like_one_inside() -> None:
    def none(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    of_none = why("http://example.org/", resolve=none)
    of_private = why("http://example.org/", resolve=lambda _host, _port: ["10.0.0.1"])

    assert of_none == of_private


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


def test_a_redirect_from_a_public_server_to_a_private_one_is_not_followed(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers["/a.iso"] = (302, {"Location": "http://inside.example.org/b"})
    names = {"example.org": [PUBLIC], "inside.example.org": ["10.0.0.1"]}

    with going_to(monkeypatch, server) as went:
        reason = why("http://example.org/a.iso", resolve=lambda host, _: names[host])

    assert reason == "inside.example.org has no address on the public internet."
    assert went == [(PUBLIC, 80)]


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
        reason = why(url, allow_private=True, seconds=0.5)

    assert time.monotonic() - began < 2
    if scheme == "http":
        assert "did not answer within" in reason


def test_a_server_that_says_nothing_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"

        assert "did not answer" in why(url, allow_private=True, seconds=0.3)


def test_a_name_server_that_says_nothing_is_left() -> None:
    asleep = threading.Event()

    def sleep(_host: str, _port: int) -> list[str]:
        asleep.wait(5)
        return [PUBLIC]

    reason = why("http://example.org/", resolve=sleep, seconds=0.2)
    asleep.set()

    assert "did not answer" in reason


def test_only_so_many_wait_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_files, "_slots", threading.BoundedSemaphore(1))
    reasons = []

    def ask_again(_host: str, _port: int) -> list[str]:
        reasons.append(why("http://example.org/"))
        return ["10.0.0.1"]

    why("http://example.org/", resolve=ask_again)

    assert "try again in a moment" in reasons[0]


def test_slots_come_back() -> None:
    for _ in range(3 * remote_files.AT_ONCE):
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

    assert reason == "Its server's certificate is not valid."


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
    with pytest.raises(Unsuitable, match="certificate"):
        ask("other.example.org")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.text(max_size=40).map(lambda end: f"http://{end}"))
def test_whatever_is_typed_is_answered(url: str) -> None:
    try:
        check(url, resolve=lambda _host, _port: ["10.0.0.1"])
    except Unsuitable as exc:
        assert str(exc.reason)
    else:
        pytest.fail("nothing is public here")
