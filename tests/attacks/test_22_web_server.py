"""The nginx of contrib/nginx/ against foreign hosts, floods and forged headers."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.webservers import Proxy

pytestmark = pytest.mark.attack
NAME = "vps.example.org"
FORMS = [
    "/admin/login/",
    "/accounts/%6cogin/",
    "/accounts/register/",
    "/accounts/activate/key/",
    "/accounts/password/reset/",
    "/accounts/password/reset/MQ/token/",
    "/user/password/",
]
# The burst that one client may send, and one more.
BURST = 21


class Application(BaseHTTPRequestHandler):
    """Answers with the headers that it was sent."""

    def answer(self) -> None:
        content = json.dumps(dict(self.headers)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer  # noqa: N815 - http.server's names

    def log_message(self, *_arguments: object) -> None:
        """Log nothing."""


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    if not Proxy.is_installed():
        pytest.skip("nginx is not installed")
    with ThreadingHTTPServer(("127.0.0.1", 0), Application) as application:
        thread = threading.Thread(target=application.serve_forever)
        thread.start()
        try:
            with Proxy(application.server_port) as proxy:
                yield proxy
        finally:
            application.shutdown()
            thread.join()


def send(port: int, text: str, *, tls_name: str | None = None) -> str:
    """Send raw text and return the answer; "" if the connection is closed at once."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    if tls_name:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = context.wrap_socket(connection, server_hostname=tls_name)
    with connection:
        connection.sendall(text.encode())
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    return received.decode()


def request(
    proxy: Proxy, path: str, *headers: str, method: str = "GET", host: str = NAME
) -> str:
    """Send a request over TLS, to the name of our site."""
    lines = (f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close")
    text = "\r\n".join([*lines, *headers, "Content-Length: 0", "", ""])
    return send(proxy.tls_port, text, tls_name=NAME)


def post(proxy: Proxy, path: str, address: str) -> int:
    answer = request(proxy, path, f"X-Test-Address: {address}", method="POST")
    return int(answer.split()[1])


def forwarded(proxy: Proxy, *headers: str) -> dict[str, str]:
    """Return the headers that reach the application."""
    content = request(proxy, "/", *headers).partition("\r\n\r\n")[2]
    result: dict[str, str] = json.loads(content)
    return result


def test_plain_http_is_redirected_to_our_own_name(proxy: Proxy) -> None:
    answer = send(proxy.port, f"GET /x?y=1 HTTP/1.0\r\nHost: {NAME}\r\n\r\n")

    assert f"Location: https://{NAME}/x?y=1\r\n" in answer


@pytest.mark.parametrize(
    "text",
    [
        "GET / HTTP/1.0\r\nHost: evil.example\r\n\r\n",
        f"GET http://evil.example/ HTTP/1.0\r\nHost: {NAME}\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
    ],
    ids=["host", "absolute", "none"],
)
def test_a_foreign_host_gets_no_answer_to_plain_http(proxy: Proxy, text: str) -> None:
    assert send(proxy.port, text) == ""


def test_a_foreign_host_gets_no_certificate(proxy: Proxy) -> None:
    with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        send(proxy.tls_port, "", tls_name="evil.example")


def test_a_foreign_host_within_our_tls_never_reaches_the_application(
    proxy: Proxy,
) -> None:
    assert request(proxy, "/", host="evil.example") == ""


def test_static_files_are_not_sniffed_and_come_compressed(proxy: Proxy) -> None:
    static = proxy.root / "static"
    static.mkdir()
    (static / "a.css").write_text("plain")
    (static / "a.css.gz").write_text("packed")

    answer = request(proxy, "/static/a.css", "Accept-Encoding: gzip")

    assert answer.endswith("packed")
    assert "X-Content-Type-Options: nosniff\r\n" in answer
    assert "Cache-Control: public, immutable\r\n" in answer
    assert "nosniff" in request(proxy, "/static/none.css")


def test_forwarded_headers_of_a_client_are_replaced(proxy: Proxy) -> None:
    headers = forwarded(
        proxy,
        "X-Test-Address: 203.0.113.7",
        "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-Proto: http",
        "X-Forwarded-Host: evil.example",
    )

    assert headers["X-Forwarded-For"] == "203.0.113.7"
    assert headers["X-Forwarded-Proto"] == "https"
    assert headers["X-Forwarded-Host"] == headers["Host"] == NAME


def test_forms_from_one_address_are_limited(proxy: Proxy) -> None:
    address = "203.0.113.10"
    answers = [post(proxy, "/accounts/login/", address) for _ in range(BURST)]

    assert answers == [200] * BURST
    for path in FORMS:
        assert 429 in [post(proxy, path, address) for _ in range(4)], path
    assert post(proxy, "/accounts/login/", "198.51.100.1") == 200
    page = request(proxy, "/accounts/login/", f"X-Test-Address: {address}")
    assert page.split()[1] == "200"


def test_the_addresses_of_one_ipv6_network_share_a_limit(proxy: Proxy) -> None:
    # 0a is a line feed, which patterns treat as something else.
    network = "2001:db8:a0a:a"
    answers = [
        post(proxy, "/accounts/login/", f"{network}::{number:x}:0a0a")
        for number in range(BURST + 5)
    ]

    assert answers[:BURST] == [200] * BURST
    assert 429 in answers
    assert post(proxy, "/accounts/login/", "2001:db8:a0a:b::1") == 200
