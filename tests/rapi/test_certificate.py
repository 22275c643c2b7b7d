import socket
import threading
from datetime import UTC, datetime

import pytest

from apps.ganeti.rapi import certificate
from apps.ganeti.rapi.errors import RapiUnreachable
from contrib.simulator import SimulatedCluster
from tests.services import free_port


def test_the_certificate_that_is_shown_is_read(simulated: SimulatedCluster) -> None:
    found = certificate.fetch(simulated.host, simulated.port, timeout_s=5)

    assert found.fingerprint == simulated.fingerprint
    assert found.subject == f"CN={simulated.name}"
    assert found.not_before < datetime.now(UTC) < found.not_after


def test_a_fingerprint_is_spelled_as_openssl_does(simulated: SimulatedCluster) -> None:
    found = certificate.fetch(simulated.host, simulated.port, timeout_s=5)

    assert found.formatted_fingerprint.replace(":", "").lower() == found.fingerprint
    assert len(found.formatted_fingerprint.split(":")) == 32


def test_reading_a_certificate_asks_nothing(simulated: SimulatedCluster) -> None:
    certificate.fetch(simulated.host, simulated.port, timeout_s=5)

    assert simulated.call_count == 0


def test_where_nobody_listens_there_is_none() -> None:
    with pytest.raises(RapiUnreachable) as caught:
        certificate.fetch("127.0.0.1", free_port(), timeout_s=1)

    assert not caught.value.sent


def test_who_does_not_speak_tls_shows_none() -> None:
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


def test_who_says_nothing_is_not_waited_for_long() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(RapiUnreachable),
    ):
        certificate.fetch("127.0.0.1", listener.getsockname()[1], timeout_s=0.2)
