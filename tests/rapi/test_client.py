from collections.abc import Callable
from typing import Any

import pytest

from apps.ganeti.rapi.client import RapiClient, verify_write_access
from apps.ganeti.rapi.errors import (
    RapiError,
    RapiNotFound,
    RapiProtocolError,
    RapiRefused,
    RapiUnsupported,
    refusal,
)
from apps.ganeti.rapi.transport import Json, Query
from apps.ganeti.rapi.versions import Version


class RecordingTransport:
    """Transport that records calls and returns the same answer to all."""

    def __init__(self, answer: Json) -> None:
        self.answer = answer
        self.calls: list[tuple[str, str, Query | None, Json]] = []

    def request(
        self, method: str, path: str, *, query: Query | None = None, body: Json = None
    ) -> Json:
        self.calls.append((method, path, query, body))
        if isinstance(self.answer, RapiError):
            raise self.answer
        return self.answer


def create_client(
    version: Version, answer: Json = 1
) -> tuple[RapiClient, RecordingTransport]:
    transport = RecordingTransport(answer)
    return RapiClient(transport, version=version), transport


# -- requests


def test_names_are_quoted_in_the_path() -> None:
    client, transport = create_client((3, 0))

    client.startup("../../2/jobs?x#y", reason="r")

    path = transport.calls[0][1]
    assert path == "/2/instances/..%2F..%2F2%2Fjobs%3Fx%23y/startup"


SUBMISSIONS: dict[str, Callable[[RapiClient], int]] = {
    "create": lambda client: client.create_instance({}, reason="why"),
    "delete": lambda client: client.delete_instance("a", reason="why"),
    "startup": lambda client: client.startup("a", reason="why"),
    "shutdown": lambda client: client.shutdown("a", reason="why"),
    "reboot": lambda client: client.reboot("a", reason="why"),
    "rename": lambda client: client.rename("a", "b", reason="why"),
    "modify": lambda client: client.modify("a", {}, reason="why"),
    "migrate": lambda client: client.migrate("a", reason="why"),
    "failover": lambda client: client.failover("a", reason="why"),
    "add_tags": lambda client: client.add_tags("nodes", "a", ["t"], reason="why"),
    "delete_tags": lambda client: client.delete_tags(
        "networks", "a", ["t"], reason="why"
    ),
    "add_cluster_tags": lambda client: client.add_cluster_tags(["t"], reason="why"),
    "delete_cluster_tags": lambda client: client.delete_cluster_tags(
        ["t"], reason="why"
    ),
}


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_every_submission_has_its_reason(name: str) -> None:
    client, transport = create_client((3, 0), 7)

    job_id = SUBMISSIONS[name](client)

    assert job_id == 7
    query = transport.calls[0][2]
    assert query is not None
    assert query["reason"] == "why"


def test_a_reinstallation_has_no_query() -> None:
    client, transport = create_client((3, 0))

    client.reinstall("a", os="image+default", osparams={"x": "y"})

    assert transport.calls[0][2] == {}
    assert transport.calls[0][3] == {
        "start": True,
        "os": "image+default",
        "osparams": {"x": "y"},
    }


def test_checks_with_different_defaults_are_always_sent() -> None:
    client, transport = create_client((3, 1))

    client.create_instance({"instance_name": "a"}, reason="r")
    client.rename("a", "b", reason="r")

    for call in transport.calls:
        assert (call[3]["name_check"], call[3]["ip_check"]) == (False, False)
    assert transport.calls[0][3]["__version__"] == 1


@pytest.mark.parametrize(
    ("version", "has_hotplug"), [((2, 8), False), ((2, 10), True), ((3, 1), True)]
)
def test_hotplug_is_sent_if_supported(version: Version, has_hotplug: bool) -> None:
    client, transport = create_client(version)

    client.modify("a", {"beparams": {}}, reason="r")

    assert ("hotplug" in transport.calls[0][3]) is has_hotplug


def test_hotplug_is_off_by_default() -> None:
    client, transport = create_client((3, 1))

    client.modify("a", {}, reason="r")

    assert transport.calls[0][3]["hotplug"] is False


# -- versions


@pytest.mark.parametrize(
    ("version", "call"),
    [
        ((2, 4), lambda client: client.query_fields("instance")),
        ((2, 4), lambda client: client.failover("a", reason="r")),
        ((2, 6), lambda client: client.network("n")),
        ((2, 12), lambda client: client.reinstall("a", clear_osparams=True)),
    ],
    ids=["fields", "failover", "network", "clear_osparams"],
)
def test_unsupported_calls_fail_without_a_request(
    version: Version, call: Callable[[RapiClient], object]
) -> None:
    client, transport = create_client(version)

    with pytest.raises(RapiUnsupported, match=r"Ganeti.* 2\.\d+"):
        call(client)

    assert transport.calls == []


def test_versions_without_networks_have_none() -> None:
    client, transport = create_client((2, 6))

    assert client.networks() == []
    assert transport.calls == []


def test_the_version_is_requested_once() -> None:
    transport = RecordingTransport({"software_version": "2.16.1"})
    client = RapiClient(transport)

    assert [client.ganeti_version(), client.ganeti_version()] == [(2, 16), (2, 16)]
    assert len(transport.calls) == 1


# -- answers


def test_an_id_may_be_text() -> None:
    client, _transport = create_client((2, 6), "17")

    assert client.startup("a", reason="r") == 17


@pytest.mark.parametrize("answer", [None, "", "no id", [1], {}])
def test_an_invalid_job_id_is_a_protocol_error(answer: Json) -> None:
    client, _transport = create_client((3, 0), answer)

    with pytest.raises(RapiProtocolError):
        client.startup("a", reason="r")


@pytest.mark.parametrize("answer", [None, [], "text", 1])
def test_an_invalid_object_is_a_protocol_error(answer: Json) -> None:
    client, _transport = create_client((3, 0), answer)

    with pytest.raises(RapiProtocolError):
        client.info()


@pytest.mark.parametrize(
    "answer", [{"id": 7, "status": None}, RapiNotFound("gone", code=404)]
)
def test_a_missing_job_is_none(answer: Any) -> None:
    client, _transport = create_client((3, 0), answer)

    assert client.job(7) is None


def test_querying_no_jobs_makes_no_request() -> None:
    client, transport = create_client((3, 0))

    assert client.jobs_by_id([], ["status"]) == []
    assert transport.calls == []


def test_waiting_for_a_job_without_a_change_is_none() -> None:
    client, _transport = create_client((3, 0), None)

    assert client.wait_for_job(7, ["status"]) is None


@pytest.mark.parametrize(
    ("answer", "allowed"),
    [
        ([False, "Job not found"], True),
        (refusal(404, "no such job"), True),
        (refusal(500, "strange"), True),
        (refusal(403, "only readers"), False),
    ],
)
def test_write_access_is_verified_without_a_change(answer: Any, allowed: bool) -> None:
    client, transport = create_client((3, 0), answer)

    assert verify_write_access(client) is allowed
    assert transport.calls[0][0] == "DELETE"


def test_other_errors_are_raised() -> None:
    client, _transport = create_client((3, 0), refusal(500, "no"))

    with pytest.raises(RapiRefused):
        client.job(7)
