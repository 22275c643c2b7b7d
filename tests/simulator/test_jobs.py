"""Jobs of simulated clusters."""

from __future__ import annotations

import time
from typing import Any

import pytest

from contrib.simulator import SimulatedCluster
from tests.simulator.conftest import Rapi

WEB = "/2/instances/web.example.org"


@pytest.fixture(autouse=True)
def web(cluster: SimulatedCluster) -> None:
    cluster.add_instance("web.example.org")


def statuses(rapi: Rapi, *job_ids: int) -> list[str]:
    return [rapi.get(f"/2/jobs/{job_id}")["status"] for job_id in job_ids]


def wait_for_status(rapi: Rapi, job_id: int, status: str) -> None:
    """Wait until a job has this status."""
    for _ in range(100):
        if statuses(rapi, job_id) == [status]:
            return
        time.sleep(0.02)
    pytest.fail(f"job {job_id} never became {status}")


def test_two_jobs_on_one_instance_run_one_after_the_other(
    cluster: SimulatedCluster, rapi: Rapi
) -> None:
    cluster.job_duration("OP_INSTANCE_SHUTDOWN", 1.5)
    first = rapi.call("PUT", f"{WEB}/shutdown").json()
    second = rapi.call("PUT", f"{WEB}/startup").json()

    wait_for_status(rapi, second, "waiting")
    first_statuses = statuses(rapi, first)
    started = rapi.wait_for_end(second)["end_ts"]

    assert first_statuses == ["running"]
    assert rapi.get(f"/2/jobs/{first}")["end_ts"] < started
    assert rapi.get(WEB)["status"] == "running"


def test_a_waiting_job_can_be_canceled_and_a_running_one_cannot(
    cluster: SimulatedCluster, rapi: Rapi
) -> None:
    cluster.job_duration("OP_INSTANCE_SHUTDOWN", 60)
    running = rapi.call("PUT", f"{WEB}/shutdown").json()
    waiting = rapi.call("PUT", f"{WEB}/startup").json()
    wait_for_status(rapi, waiting, "waiting")

    answers = [
        rapi.call("DELETE", f"/2/jobs/{job_id}").json() for job_id in (running, waiting)
    ]

    assert [answer[0] for answer in answers] == [False, True]
    assert statuses(rapi, waiting) == ["canceled"]


def test_a_job_fails_once_on_demand(cluster: SimulatedCluster, rapi: Rapi) -> None:
    cluster.fail_next("OP_INSTANCE_REBOOT", "the disk is on fire")

    failed = rapi.submit_and_wait("POST", f"{WEB}/reboot")
    succeeded = rapi.submit_and_wait("POST", f"{WEB}/reboot")

    assert failed["status"] == "error"
    assert failed["opresult"] == [["OpExecError", ["the disk is on fire"]]]
    assert succeeded["status"] == "success"


def test_a_failed_creation_leaves_a_stopped_instance(rapi: Rapi) -> None:
    body: dict[str, Any] = {
        "__version__": 1,
        "mode": "create",
        "instance_name": "new.example.org",
        "disk_template": "plain",
        "disks": [{"size": 1000}],
        "nics": [{"network": "public-v4", "ip": "pool"}],
        "os_type": "image+default",
        "osparams": {"img_id": "debian", "fail": "no such image"},
        "name_check": False,
        "ip_check": False,
    }

    job = rapi.submit_and_wait("POST", "/2/instances", body)

    assert job["opresult"][0][1][0].endswith("image debian: no such image")
    instance = rapi.get("/2/instances/new.example.org")
    assert instance["status"] == "ADMIN_down"
    assert instance["nic.ips"] != [None]


def test_archived_jobs_are_not_listed_but_can_be_read(
    cluster: SimulatedCluster, rapi: Rapi
) -> None:
    job = rapi.submit_and_wait("PUT", "/2/tags?tag=blue")

    assert cluster.archive_jobs() == 1

    assert rapi.get("/2/jobs") == []
    assert statuses(rapi, job["id"]) == ["success"]
    wait = rapi.call("GET", f"/2/jobs/{job['id']}/wait", {"fields": ["status"]})
    assert wait.status_code == 500


def test_a_wait_ends_when_the_job_changes(
    cluster: SimulatedCluster, rapi: Rapi
) -> None:
    cluster.job_duration("OP_INSTANCE_REBOOT", 1)
    job_id = rapi.call("POST", f"{WEB}/reboot").json()
    wait_for_status(rapi, job_id, "running")
    body = {
        "fields": ["status"],
        "previous_job_info": ["running"],
        "previous_log_serial": 0,
    }

    change = rapi.call("GET", f"/2/jobs/{job_id}/wait", body).json()

    assert change["job_info"] == ["success"]


def test_a_reason_comes_first_in_the_trail(rapi: Rapi) -> None:
    job = rapi.submit_and_wait("PUT", f"{WEB}/startup?reason=by+alice")

    trail = job["ops"][0]["reason"]

    assert [entry[:2] for entry in trail] == [
        ["gnt:user", "by alice"],
        ["gnt:library:rlib2:instances_name_startup", ""],
        ["gnt:opcode:instance_startup", f"job={job['id']};index=0"],
    ]
