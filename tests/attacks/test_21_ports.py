"""An owner scans networks by the addresses that she enters for her CD-ROM."""

import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import pytest

from tests.attacks.site import Site
from tests.ganeti.pages import parsed, text_of
from tests.system.visitor import Visitor

pytestmark = pytest.mark.attack

PAGE = "/instances/athens/web1.alice.example.org/"
UNCHANGED_FIELDS = {
    "boot_order": "disk",
    "disk_type": "paravirtual",
    "nic_type": "paravirtual",
}


def refusal(alice: Visitor, address: str) -> str:
    """Return the error message for an address."""
    answer = alice.submit(
        PAGE, f"{PAGE}configure", **UNCHANGED_FIELDS, cdrom_image_path=address
    )
    assert answer.status_code == 400, answer.text
    error = parsed(answer.text).select_one(".field-error")
    assert error, answer.text
    return text_of(error)


class NotFoundHandler(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_error(HTTPStatus.NOT_FOUND)

    do_GET = do_HEAD  # noqa: N815 - the base class calls it so

    def log_message(self, *_arguments: object) -> None:
        """Log nothing."""


@contextmanager
def ssh_at(port: int) -> Iterator[None]:
    """Answer connections to a port with the banner of an SSH server."""

    def answer_connections() -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(b"SSH-2.0-OpenSSH_9\r\n")

    with socket.create_server(("127.0.0.1", port)) as listener:
        thread = threading.Thread(target=answer_connections)
        thread.start()
        yield
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@contextmanager
def web_server_at(port: int) -> Iterator[None]:
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", port), NotFoundHandler
    ) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()


def test_the_answer_does_not_reveal_what_listens_at_a_port(site: Site) -> None:
    """With private addresses allowed: otherwise no port is tried at all."""
    alice = site.visitor("alice")
    port, second_port = sorted(site.ports)
    answers = [refusal(alice, f"http://127.0.0.1:{port}/")]
    with ssh_at(port):
        answers.append(refusal(alice, f"http://127.0.0.1:{port}/"))
    with web_server_at(second_port):
        answers.append(refusal(alice, f"http://127.0.0.1:{second_port}/"))
    answers.append(refusal(alice, f"http://none.invalid:{port}/"))

    assert len(set(answers)) == 1
    assert f"80, 443, {port}, {second_port}" in refusal(alice, "http://127.0.0.1:22/")
