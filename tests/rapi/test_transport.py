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
    spelled = ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))

    assert version(replace(endpoint, fingerprint=spelled)) == 2


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
def test_nothing_is_said_to_whoever_is_not_trusted(
    simulated: SimulatedCluster, endpoint: Endpoint, changes: dict[str, Any]
) -> None:
    with pytest.raises(RapiUnreachable) as caught:
        version(replace(endpoint, **changes))

    assert not caught.value.sent
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
def test_the_environment_changes_nothing(
    endpoint: Endpoint,
    ca_file: str,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    trust: str,
) -> None:
    monkeypatch.setenv(name, value)

    trusted = replace(endpoint, verification=Verification(trust), ca_file=ca_file)

    assert version(trusted) == 2


def test_the_environment_cannot_vouch_for_a_certificate(
    endpoint: Endpoint, ca_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_file)

    with pytest.raises(RapiUnreachable):
        version(replace(endpoint, verification=Verification.SYSTEM))


def test_no_password_comes_from_a_netrc_file(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ganetimgr password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))

    with pytest.raises(RapiPermissionDenied):
        RapiClient(transport(replace(endpoint, username=""))).instances()


def test_a_password_may_have_any_letters(
    simulated: SimulatedCluster, endpoint: Endpoint
) -> None:
    odd = replace(endpoint, username="Γιώργος", password="κωδικός: 🔑")

    with pytest.raises(RapiPermissionDenied):
        RapiClient(transport(odd)).instances()


# -- clusters that do not answer


def test_a_refused_connection_was_surely_not_sent(
    simulated: SimulatedCluster, endpoint: Endpoint
) -> None:
    simulated.go_down()

    with pytest.raises(RapiUnreachable, match="refuses") as caught:
        version(endpoint)

    assert not caught.value.sent


def test_a_name_that_nobody_has_was_surely_not_sent(endpoint: Endpoint) -> None:
    with pytest.raises(RapiUnreachable) as caught:
        version(replace(endpoint, host="nowhere.invalid"))

    assert not caught.value.sent


def test_a_port_where_nobody_listens_was_surely_not_sent() -> None:
    with pytest.raises(RapiUnreachable) as caught:
        version(Endpoint("127.0.0.1", free_port(), verification=Verification.OFF))

    assert not caught.value.sent


def test_a_cluster_that_hangs_may_have_got_it_and_is_not_waited_for_long(
    simulated: SimulatedCluster, endpoint: Endpoint
) -> None:
    simulated.hang()
    started = time.monotonic()

    with pytest.raises(RapiUnreachable, match="in time") as caught:
        version(endpoint, SHORT)

    assert caught.value.sent
    assert time.monotonic() - started < 3


def test_html_from_something_in_between_is_no_ganeti(
    simulated: SimulatedCluster, endpoint: Endpoint
) -> None:
    simulated.bad_gateway()

    with pytest.raises(RapiProtocolError, match="502"):
        version(endpoint)


def test_a_cluster_that_comes_back_answers(
    simulated: SimulatedCluster, endpoint: Endpoint
) -> None:
    simulated.go_down()
    simulated.come_back()

    assert version(endpoint) == 2


# -- calls in flight


def test_no_more_calls_than_the_bound_are_in_flight(
    simulated: SimulatedCluster, endpoint: Endpoint
) -> None:
    simulated.set_latency(50)
    calls = transport(endpoint, in_flight=3)

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: calls.request("GET", "/version"), range(12)))

    assert answers == [2] * 12
    assert simulated.daemon.most_busy <= 3


def test_the_bound_holds_for_all_clients_of_a_cluster_together() -> None:
    in_flight = CallLimiter(4)

    slots = {
        id(in_flight.slot(Endpoint("athens", user))) for user in (5080, 5080, 5081)
    }

    assert len(slots) == 2


def test_who_waits_too_long_for_a_turn_has_surely_sent_nothing(
    endpoint: Endpoint,
) -> None:
    in_flight = CallLimiter(1)
    hasty = HttpTransport(endpoint, Timeouts(0.05, 0.05), in_flight)

    with (
        in_flight.slot(endpoint),
        pytest.raises(RapiUnreachable, match="Too many") as caught,
    ):
        hasty.request("GET", "/version")

    assert not caught.value.sent


def test_a_failed_call_leaves_its_turn_to_others(
    simulated: SimulatedCluster, endpoint: Endpoint
) -> None:
    calls = transport(endpoint, in_flight=1)
    simulated.bad_gateway()
    with pytest.raises(RapiProtocolError):
        calls.request("GET", "/version")

    simulated.come_back()

    assert calls.request("GET", "/version") == 2


def test_threads_share_what_is_trusted(endpoint: Endpoint, ca_file: str) -> None:
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


# -- Ganeti's words


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
def test_an_error_is_told_in_ganetis_own_words(
    code: int, answer: Any, kind: type[RapiError], words: str
) -> None:
    error = _error_of(code, answer)

    assert type(error) is kind
    assert words in str(error)
    assert ";" not in str(error)
    if isinstance(error, RapiRefused):
        assert error.code == code


def test_an_address_of_version_6_is_bracketed() -> None:
    assert Endpoint("2001:db8::1").url == "https://[2001:db8::1]:5080"
