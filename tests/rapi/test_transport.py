import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apps.ganeti.rapi.client import RapiClient
from apps.ganeti.rapi.errors import (
    RapiConflict,
    RapiError,
    RapiNotFound,
    RapiPermissionDenied,
    RapiProtocolError,
    RapiRefused,
    RapiUnreachable,
)
from apps.ganeti.rapi.transport import (
    CallLimiter,
    Endpoint,
    HttpTransport,
    Timeouts,
    Verification,
    _error_of,
)
from contrib.simulator import SimulatedCluster
from tests.rapi.conftest import endpoint_of
from tests.services import free_port

SHORT = Timeouts(connect_s=2, response_s=0.3)
PATIENT = Timeouts(connect_s=5, response_s=10)


def transport(
    endpoint: Endpoint, timeouts: Timeouts = PATIENT, in_flight: int = 4
) -> HttpTransport:
    return HttpTransport(endpoint, timeouts, CallLimiter(in_flight))


def version(endpoint: Endpoint, timeouts: Timeouts = PATIENT) -> int:
    return RapiClient(transport(endpoint, timeouts)).version()


@pytest.fixture
def endpoint(simulated: SimulatedCluster) -> Endpoint:
    return endpoint_of(simulated)


@pytest.fixture
def ca_file(simulated: SimulatedCluster, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    path.write_text(simulated.certificate_pem)
    return str(path)


# -- certificates


def test_a_pinned_certificate_is_trusted(endpoint: Endpoint) -> None:
    assert version(endpoint) == 2


def test_a_fingerprint_may_have_colons(endpoint: Endpoint) -> None:
    digits = endpoint.fingerprint
    with_colons = ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))

    assert version(replace(endpoint, fingerprint=with_colons)) == 2


def test_a_ca_file_is_trusted(endpoint: Endpoint, ca_file: str) -> None:
    by_file = replace(endpoint, verification=Verification.CA_FILE, ca_file=ca_file)

    assert version(by_file) == 2


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_verification_can_be_off(endpoint: Endpoint) -> None:
    assert version(replace(endpoint, verification=Verification.OFF)) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"fingerprint": "00" * 32},
        {"fingerprint": ""},
        {"verification": Verification.SYSTEM},
        {"verification": Verification.CA_FILE, "ca_file": "/nowhere.pem"},
        {"verification": Verification.CA_FILE, "ca_file": __file__},
    ],
    ids=["another", "none", "system", "no CA file", "no certificate in CA file"],
)
def test_nothing_is_sent_to_an_untrusted_server(
    simulated: SimulatedCluster, endpoint: Endpoint, changes: dict[str, Any]
) -> None:
    with pytest.raises(RapiUnreachable) as exc_info:
        version(replace(endpoint, **changes))

    assert not exc_info.value.sent
    assert simulated.call_count == 0


def test_a_certificate_of_another_name_is_not_trusted(
    endpoint: Endpoint, ca_file: str
) -> None:
    elsewhere = replace(
        endpoint,
        host="127.0.0.2",
        verification=Verification.CA_FILE,
        ca_file=ca_file,
    )

    with pytest.raises(RapiUnreachable):
        version(elsewhere)


# -- the environment


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REQUESTS_CA_BUNDLE", "/nowhere.pem"),
        ("CURL_CA_BUNDLE", "/nowhere.pem"),
        ("HTTPS_PROXY", "http://127.0.0.1:9"),
        ("https_proxy", "http://127.0.0.1:9"),
        ("ALL_PROXY", "http://127.0.0.1:9"),
    ],
)
@pytest.mark.parametrize("trust", ["fingerprint", "ca_file"])
def test_the_environment_does_not_change_trust(
    endpoint: Endpoint,
    ca_file: str,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    trust: str,
) -> None:
    monkeypatch.setenv(name, value)

    changed = replace(endpoint, verification=Verification(trust), ca_file=ca_file)

    assert version(changed) == 2


def test_the_environment_cannot_make_a_certificate_trusted(
    endpoint: Endpoint, ca_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_file)

    with pytest.raises(RapiUnreachable):
        version(replace(endpoint, verification=Verification.SYSTEM))


def test_the_netrc_file_is_not_used(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ganetimgr password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))

    with pytest.raises(RapiPermissionDenied):
        RapiClient(transport(replace(endpoint, username=""))).instances()


def test_a_password_may_have_any_characters(
    simulated: SimulatedCluster, endpoint: Endpoint
) -> None:
    changed = replace(endpoint, username="Γιώργος", password="κωδικός: 🔑")

    with pytest.raises(RapiPermissionDenied):
        RapiClient(transport(changed)).instances()


# -- outages


def test_a_refused_connection_is_marked_as_not_sent(
    simulated: SimulatedCluster, endpoint: Endpoint
) -> None:
    simulated.go_down()

    with pytest.raises(RapiUnreachable, match="refused") as exc_info:
        version(endpoint)

    assert not exc_info.value.sent


def test_an_unknown_host_is_marked_as_not_sent(endpoint: Endpoint) -> None:
    with pytest.raises(RapiUnreachable) as exc_info:
        version(replace(endpoint, host="nowhere.invalid"))

    assert not exc_info.value.sent


def test_a_closed_port_is_marked_as_not_sent() -> None:
    with pytest.raises(RapiUnreachable) as exc_info:
        version(Endpoint("127.0.0.1", free_port(), verification=Verification.OFF))

    assert not exc_info.value.sent


def test_a_hanging_cluster_times_out_marked_as_sent(
    simulated: SimulatedCluster, endpoint: Endpoint
) -> None:
    simulated.hang()
    started = time.monotonic()

    with pytest.raises(RapiUnreachable, match="in time") as exc_info:
        version(endpoint, SHORT)

    assert exc_info.value.sent
    assert time.monotonic() - started < 3


def test_html_is_a_protocol_error(
    simulated: SimulatedCluster, endpoint: Endpoint
) -> None:
    simulated.bad_gateway()

    with pytest.raises(RapiProtocolError, match="502"):
        version(endpoint)


def test_a_cluster_answers_after_an_outage(
    simulated: SimulatedCluster, endpoint: Endpoint
) -> None:
    simulated.go_down()
    simulated.come_back()

    assert version(endpoint) == 2


# -- calls in flight


def test_calls_in_flight_are_limited(
    simulated: SimulatedCluster, endpoint: Endpoint
) -> None:
    simulated.set_latency(50)
    calls = transport(endpoint, in_flight=3)

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: calls.request("GET", "/version"), range(12)))

    assert answers == [2] * 12
    assert simulated.daemon.most_busy <= 3


def test_clients_of_a_cluster_share_the_limit() -> None:
    in_flight = CallLimiter(4)

    slots = {
        id(in_flight.slot(Endpoint("athens", user))) for user in (5080, 5080, 5081)
    }

    assert len(slots) == 2


def test_waiting_too_long_for_a_slot_is_marked_as_not_sent(
    endpoint: Endpoint,
) -> None:
    in_flight = CallLimiter(1)
    calls = HttpTransport(endpoint, Timeouts(0.05, 0.05), in_flight)

    with (
        in_flight.slot(endpoint),
        pytest.raises(RapiUnreachable, match="Too many") as exc_info,
    ):
        calls.request("GET", "/version")

    assert not exc_info.value.sent


def test_a_failed_call_releases_its_slot(
    simulated: SimulatedCluster, endpoint: Endpoint
) -> None:
    calls = transport(endpoint, in_flight=1)
    simulated.bad_gateway()
    with pytest.raises(RapiProtocolError):
        calls.request("GET", "/version")

    simulated.come_back()

    assert calls.request("GET", "/version") == 2


def test_threads_share_the_trusted_certificates(
    endpoint: Endpoint, ca_file: str
) -> None:
    by_file = replace(endpoint, verification=Verification.CA_FILE, ca_file=ca_file)
    answers: list[int] = []

    threads = [
        threading.Thread(target=lambda: answers.append(version(by_file)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [2] * 4


# -- refusals


@pytest.mark.parametrize(
    ("code", "answer", "kind", "words"),
    [
        (
            500,
            {"message": "(&#x27;Instance a not known&#x27;, &#x27;unknown&#x27;)"},
            RapiRefused,
            "Instance a not known",
        ),
        (
            500,
            {"message": "(&quot;Can&#x27;t do&quot;, &#x27;wrong_state&#x27;)"},
            RapiRefused,
            "Can't do",
        ),
        (
            400,
            {
                "message": "No &lt;b&gt; &amp; no &quot;c&quot;",
                "explain": "Bad request",
            },
            RapiRefused,
            'No <b> & no "c"',
        ),
        (
            404,
            {"message": "Not Found", "explain": "Nothing matches the given URI"},
            RapiNotFound,
            "Nothing matches the given URI",
        ),
        (
            401,
            {"message": "Unauthorized", "explain": "No permission"},
            RapiPermissionDenied,
            "No permission",
        ),
        (403, {"message": "Forbidden"}, RapiPermissionDenied, "Forbidden"),
        (409, {"explain": "It is there"}, RapiConflict, "It is there"),
        (503, {}, RapiRefused, "503"),
        (500, ["no", "object"], RapiProtocolError, "500"),
    ],
)
def test_a_refusal_has_ganetis_message(
    code: int, answer: Any, kind: type[RapiError], words: str
) -> None:
    error = _error_of(code, answer)

    assert type(error) is kind
    assert words in str(error)
    assert ";" not in str(error)
    if isinstance(error, RapiRefused):
        assert error.code == code


def test_an_ipv6_address_is_bracketed() -> None:
    assert Endpoint("2001:db8::1").url == "https://[2001:db8::1]:5080"
