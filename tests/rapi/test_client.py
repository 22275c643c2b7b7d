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


class Noted:
    """A transport that notes each call and gives one answer to all."""

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


def at(version: Version, answer: Json = 1) -> tuple[RapiClient, Noted]:
    noted = Noted(answer)
    return RapiClient(noted, version=version), noted


# -- what is sent


def test_names_cannot_break_out_of_the_path() -> None:
    client, noted = at((3, 0))

    client.startup("../../2/jobs?x#y", reason="r")

    path = noted.calls[0][1]
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
def test_every_submission_carries_its_reason(name: str) -> None:
    client, noted = at((3, 0), 7)

    job_id = SUBMISSIONS[name](client)

    assert job_id == 7
    query = noted.calls[0][2]
    assert query is not None
    assert query["reason"] == "why"


def test_a_reinstallation_has_no_query_beside_its_body() -> None:
    client, noted = at((3, 0))

    client.reinstall("a", os="image+default", osparams={"x": "y"})

    assert noted.calls[0][2] == {}
    assert noted.calls[0][3] == {
        "start": True,
        "os": "image+default",
        "osparams": {"x": "y"},
    }


def test_checks_that_differ_between_versions_are_said_always() -> None:
    client, noted = at((3, 1))

    client.create_instance({"instance_name": "a"}, reason="r")
    client.rename("a", "b", reason="r")

    for call in noted.calls:
        assert (call[3]["name_check"], call[3]["ip_check"]) == (False, False)
    assert noted.calls[0][3]["__version__"] == 1


@pytest.mark.parametrize(
    ("version", "sent"), [((2, 8), False), ((2, 10), True), ((3, 1), True)]
)
def test_hotplug_is_said_where_it_is_known(version: Version, sent: bool) -> None:
    client, noted = at(version)

    client.modify("a", {"beparams": {}}, reason="r")

    assert ("hotplug" in noted.calls[0][3]) is sent


def test_hotplug_is_off_unless_wished() -> None:
    client, noted = at((3, 1))

    client.modify("a", {}, reason="r")

    assert noted.calls[0][3]["hotplug"] is False


# -- what a version lacks


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
def test_what_a_version_lacks_is_told_before_it_is_asked(
    version: Version, call: Callable[[RapiClient], object]
) -> None:
    client, noted = at(version)

    with pytest.raises(RapiUnsupported, match=r"Ganeti.* 2\.\d+"):
        call(client)

    assert noted.calls == []


def test_before_there_were_networks_there_are_none() -> None:
    client, noted = at((2, 6))

    assert client.networks() == []
    assert noted.calls == []


def test_the_version_is_asked_once() -> None:
    noted = Noted({"software_version": "2.16.1"})
    client = RapiClient(noted)

    assert [client.ganeti_version(), client.ganeti_version()] == [(2, 16), (2, 16)]
    assert len(noted.calls) == 1


# -- what comes back


def test_an_id_of_old_versions_is_text() -> None:
    client, _noted = at((2, 6), "17")

    assert client.startup("a", reason="r") == 17


@pytest.mark.parametrize("answer", [None, "", "no id", [1], {}])
def test_an_answer_that_is_no_id_is_no_ganeti(answer: Json) -> None:
    client, _noted = at((3, 0), answer)

    with pytest.raises(RapiProtocolError):
        client.startup("a", reason="r")


@pytest.mark.parametrize("answer", [None, [], "text", 1])
def test_an_answer_that_is_no_object_is_no_ganeti(answer: Json) -> None:
    client, _noted = at((3, 0), answer)

    with pytest.raises(RapiProtocolError):
        client.info()


@pytest.mark.parametrize(
    "answer", [{"id": 7, "status": None}, RapiNotFound("gone", code=404)]
)
def test_a_job_that_is_gone_is_none_in_both_spellings(answer: Any) -> None:
    client, _noted = at((3, 0), answer)

    assert client.job(7) is None


def test_no_jobs_are_asked_for_without_a_call() -> None:
    client, noted = at((3, 0))

    assert client.jobs_by_id([], ["status"]) == []
    assert noted.calls == []


def test_nothing_new_about_a_job_is_none() -> None:
    client, _noted = at((3, 0), None)

    assert client.wait_for_job(7, ["status"]) is None


@pytest.mark.parametrize(
    ("answer", "may"),
    [
        ([False, "Job not found"], True),
        (refusal(404, "no such job"), True),
        (refusal(500, "strange"), True),
        (refusal(403, "only readers"), False),
    ],
)
def test_the_right_to_write_is_tried_without_writing(answer: Any, may: bool) -> None:
    client, noted = at((3, 0), answer)

    assert verify_write_access(client) is may
    assert noted.calls[0][0] == "DELETE"


def test_an_error_of_the_queue_is_passed_on() -> None:
    client, _noted = at((3, 0), refusal(500, "no"))

    with pytest.raises(RapiRefused):
        client.job(7)
