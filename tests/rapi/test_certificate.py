import socket
import threading
from datetime import UTC, datetime

import pytest

from apps.ganeti.rapi import certificate
from apps.ganeti.rapi.errors import RapiUnreachable
from contrib.simulator import SimulatedCluster
from tests.services import free_port


def test_the_servers_certificate_is_read(simulated: SimulatedCluster) -> None:
    fetched = certificate.fetch(simulated.host, simulated.port, timeout_s=5)

    assert fetched.fingerprint == simulated.fingerprint
    assert fetched.subject == f"CN={simulated.name}"
    assert fetched.not_before < datetime.now(UTC) < fetched.not_after


def test_a_fingerprint_is_formatted_as_openssl_does(
    simulated: SimulatedCluster,
) -> None:
    fetched = certificate.fetch(simulated.host, simulated.port, timeout_s=5)

    assert fetched.formatted_fingerprint.replace(":", "").lower() == fetched.fingerprint
    assert len(fetched.formatted_fingerprint.split(":")) == 32


def test_reading_a_certificate_makes_no_call(simulated: SimulatedCluster) -> None:
    certificate.fetch(simulated.host, simulated.port, timeout_s=5)

    assert simulated.call_count == 0


def test_a_closed_port_is_unreachable() -> None:
    with pytest.raises(RapiUnreachable) as exc_info:
        certificate.fetch("127.0.0.1", free_port(), timeout_s=1)

    assert not exc_info.value.sent


def test_a_server_without_tls_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(1)
                client.sendall(b"220 mail.example.org ESMTP\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(RapiUnreachable):
            certificate.fetch("127.0.0.1", listener.getsockname()[1], timeout_s=2)
        thread.join()


def test_a_silent_server_times_out() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(RapiUnreachable),
    ):
        certificate.fetch("127.0.0.1", listener.getsockname()[1], timeout_s=0.2)
