"""What differs between versions of Ganeti."""

from __future__ import annotations

import pytest

from tests.simulator.conftest import Launch, Rapi

MODIFY = {"beparams": {"vcpus": 2}, "hotplug_if_possible": True}


@pytest.mark.parametrize(
    ("version", "known"),
    [("2.8", False), ("2.12", True), ("3.0", True)],
)
def test_an_older_version_does_not_know_a_newer_field(
    launch: Launch, version: str, known: bool
) -> None:
    rapi = Rapi(launch(version=version))

    row = rapi.query(["name", "nic.vlans"])[0]

    assert (row[1][0] == 0) is known
    names = [one["name"] for one in rapi.get("/2/query/instance/fields")["fields"]]
    assert ("nic.vlans" in names) is known


@pytest.mark.parametrize(("version", "status"), [("3.0.2", 200), ("3.1.0", 404)])
def test_a_job_that_never_was(launch: Launch, version: str, status: int) -> None:
    rapi = Rapi(launch(version=version))

    answer = rapi.call("GET", "/2/jobs/12345")

    assert answer.status_code == status
    if status == 200:
        assert answer.json()["status"] is None


@pytest.mark.parametrize(
    ("version", "status"), [("2.8", 400), ("2.16", 200), ("3.0", 200), ("3.1", 400)]
)
def test_hotplug_if_possible_came_and_went(
    launch: Launch, version: str, status: int
) -> None:
    cluster = launch(version=version)
    name = cluster.master.cluster.sorted_instances()[0].name

    answer = Rapi(cluster).call("PUT", f"/2/instances/{name}/modify", MODIFY)

    assert answer.status_code == status
