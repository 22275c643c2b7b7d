"""Differences between versions of Ganeti."""

from __future__ import annotations

import pytest

from tests.simulator.conftest import Launch, Rapi

MODIFY = {"beparams": {"vcpus": 2}, "hotplug_if_possible": True}


@pytest.mark.parametrize(
    ("version", "has_field"),
    [("2.8", False), ("2.12", True), ("3.0", True)],
)
def test_older_versions_do_not_have_newer_fields(
    launch: Launch, version: str, has_field: bool
) -> None:
    rapi = Rapi(launch(version=version))

    row = rapi.query(["name", "nic.vlans"])[0]

    assert (row[1][0] == 0) is has_field
    names = [field["name"] for field in rapi.get("/2/query/instance/fields")["fields"]]
    assert ("nic.vlans" in names) is has_field


@pytest.mark.parametrize(("version", "status"), [("3.0.2", 200), ("3.1.0", 404)])
def test_the_status_of_an_unknown_job_depends_on_the_version(
    launch: Launch, version: str, status: int
) -> None:
    rapi = Rapi(launch(version=version))

    response = rapi.call("GET", "/2/jobs/12345")

    assert response.status_code == status
    if status == 200:
        assert response.json()["status"] is None


@pytest.mark.parametrize(
    ("version", "status"), [("2.8", 400), ("2.16", 200), ("3.0", 200), ("3.1", 400)]
)
def test_hotplug_if_possible_is_accepted_by_some_versions(
    launch: Launch, version: str, status: int
) -> None:
    cluster = launch(version=version)
    name = cluster.master.cluster.sorted_instances()[0].name

    response = Rapi(cluster).call("PUT", f"/2/instances/{name}/modify", MODIFY)

    assert response.status_code == status
