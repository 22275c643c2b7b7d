"""Contract between the client and Ganeti about changes and jobs."""

import re
import time

import pytest

from apps.ganeti.domain.job import JobReport, JobStatus
from apps.ganeti.rapi import versions
from apps.ganeti.rapi.client import RapiClient, RebootKind
from apps.ganeti.rapi.errors import (
    RapiRefused,
    RapiUnsupported,
)
from apps.ganeti.rapi.query import at_least
from apps.ganeti.rapi.versions import Capability
from tests.rapi.conftest import PREFIX, Ganeti
from tests.rapi.contract import NO_JOB, NOWHERE, client_supports, error_message, status

# -- creating and deleting


def test_a_machine_without_disks_is_created_and_deleted(
    client: RapiClient, ganeti: Ganeti
) -> None:
    name = f"{PREFIX}b.example.org"

    with ganeti.instance(name, disk_template="diskless", disks=[], nics=[]):
        assert client.instance(name)["disk_template"] == "diskless"

    assert name not in client.instances()


def test_a_dry_run_creates_nothing(client: RapiClient, ganeti: Ganeti) -> None:
    name = f"{PREFIX}c.example.org"
    body = ganeti.new_instance(name)

    job = ganeti.wait_for_success(
        client.create_instance(body, reason="contract", dry_run=True)
    )

    assert job["status"] == "success"
    assert name not in client.instances()


def test_a_dry_run_reports_violations_of_the_policy(
    client: RapiClient, ganeti: Ganeti
) -> None:
    if not client_supports(client, Capability.POLICY):
        return
    body = ganeti.new_instance(f"{PREFIX}c.example.org", disks=[{"size": 2**30}])

    job = ganeti.wait_for_end(
        client.create_instance(body, reason="contract", dry_run=True)
    )

    assert re.fullmatch(
        r"Instance allocation to group \S+ \(default\) violates policy: disk-size/0 "
        r"value 1073741824 is not in range \[0, 1048576\]",
        error_message(job),
    )


def test_a_name_in_use_fails_with_ganetis_message(
    client: RapiClient, ganeti: Ganeti, machine: str
) -> None:
    body = ganeti.new_instance(machine)

    job = ganeti.wait_for_end(client.create_instance(body, reason="contract"))

    assert error_message(job) == f"Instance '{machine}' is already in the cluster"


def test_an_unknown_parameter_is_refused(client: RapiClient, ganeti: Ganeti) -> None:
    body = {**ganeti.new_instance("a.example.org"), "colour": "green"}
    if not ganeti.supports(Capability.STRICT_BODIES):
        body = {"colour": "green"}  # required parameters are missing, too

    with pytest.raises(RapiRefused, match=r"'colour'|is missing") as exc_info:
        client.create_instance(body, reason="contract")

    assert exc_info.value.code == 400


# -- changes of a stopped machine


def test_tags_are_added_and_deleted(
    client: RapiClient, ganeti: Ganeti, machine: str
) -> None:
    tags = ["ganetimgr:needsreboot", "ganetimgr:group:staff"]

    ganeti.wait_for_success(
        client.add_tags("instances", machine, tags, reason="contract")
    )
    assert set(tags) <= set(client.tags("instances", machine))

    ganeti.wait_for_success(
        client.delete_tags("instances", machine, tags, reason="contract")
    )
    assert client.tags("instances", machine) == ["ganetimgr:user:alice"]


def test_a_tag_with_invalid_characters_fails_with_ganetis_message(
    client: RapiClient, ganeti: Ganeti, machine: str
) -> None:
    job = ganeti.wait_for_end(
        client.add_tags("instances", machine, ["a b"], reason="contract")
    )

    assert error_message(job) == "Tag contains invalid characters"


def test_a_machine_is_modified(
    client: RapiClient, ganeti: Ganeti, stopped: str
) -> None:
    change = {"beparams": {"vcpus": 2}}

    ganeti.wait_for_success(client.modify(stopped, change, reason="contract"))

    assert client.instance(stopped)["beparams"]["vcpus"] == 2


def test_a_machine_is_reinstalled(
    client: RapiClient, ganeti: Ganeti, stopped: str
) -> None:
    job_id = client.reinstall(stopped, os="image+default", osparams={}, start=False)
    ganeti.wait_for_success(job_id)

    assert status(ganeti, stopped) == "ADMIN_down"


def test_os_parameters_are_cleared_if_supported(
    client: RapiClient, ganeti: Ganeti, stopped: str
) -> None:
    if client.ganeti_version() < versions.SINCE[Capability.CLEAR_OSPARAMS]:
        with pytest.raises(RapiUnsupported, match=r"2\.16"):
            client.reinstall(stopped, start=False, clear_osparams=True)
        return

    ganeti.wait_for_success(client.reinstall(stopped, start=False, clear_osparams=True))


def test_a_machine_with_local_disks_cannot_be_moved(
    client: RapiClient, ganeti: Ganeti, stopped: str
) -> None:
    job_ids = [client.migrate(stopped, reason="contract")]
    if ganeti.supports(Capability.FAILOVER):
        job_ids.append(client.failover(stopped, reason="contract"))

    for job_id, action in zip(job_ids, ("migrations", "failovers"), strict=False):
        assert error_message(ganeti.wait_for_end(job_id)) == (
            f"Instance's disk layout 'file' does not allow {action}"
        )


def test_a_machine_with_shared_disks_can_be_moved(
    client: RapiClient, ganeti: Ganeti
) -> None:
    nodes = sorted(node["name"] for node in client.nodes())
    name = f"{PREFIX}s.example.org"
    if "sharedfile" not in client.info().get("enabled_disk_templates", ()):
        return

    with ganeti.instance(name, disk_template="sharedfile", pnode=nodes[0]):
        job_id = client.failover(name, reason="contract", target_node=nodes[1])
        ganeti.wait_for_success(job_id)
        assert client.instance(name)["pnode"] == nodes[1]

        ganeti.wait_for_success(client.startup(name, reason="contract"))
        ganeti.wait_for_success(
            client.migrate(name, reason="contract", mode="live", target_node=nodes[0])
        )
        assert client.instance(name)["pnode"] == nodes[0]


def test_a_stopped_machine_has_no_console(client: RapiClient, stopped: str) -> None:
    if not client_supports(client, Capability.CONSOLE):
        return
    with pytest.raises(RapiRefused, match="console unavailable") as exc_info:
        client.console(stopped)

    assert exc_info.value.code == 503


# -- jobs


def test_a_job_is_queried_by_id_with_its_reason(
    client: RapiClient, ganeti: Ganeti, stopped: str
) -> None:
    reason = "ganetimgr:0123abcd alice: modify"
    change = {"beparams": {"vcpus": 1}}
    job_id = client.modify(stopped, change, reason=reason)
    ganeti.wait_for_success(job_id)
    fields = ("id", "status", "opresult", "oplog", "ops", "end_ts", "summary")

    row = client.jobs_by_id([job_id], fields)[0]

    report = JobReport.from_rapi(dict(row))
    assert (report.id, report.status) == (job_id, JobStatus.SUCCESS)
    assert reason in report.reasons or not ganeti.supports(Capability.REASON)
    assert report.ended_at is not None
    assert row["summary"] == [f"INSTANCE_SET_PARAMS({stopped})"]
    assert job_id in client.job_ids()


def test_jobs_are_queried_by_ids_and_by_lowest_id(
    client: RapiClient, ganeti: Ganeti
) -> None:
    first = client.add_cluster_tags([f"{PREFIX}:x"], reason="contract: first")
    ganeti.wait_for_success(first)
    second = client.delete_cluster_tags([f"{PREFIX}:x"], reason="contract: second")
    ganeti.wait_for_success(second)

    rows = client.jobs_by_id([NO_JOB, first, second], ("id", "status"))
    assert {int(row["id"]): row["status"] for row in rows} == {
        first: "success",
        second: "success",
    }

    rows = client.query("job", ("id", "ops"), at_least("id", second))
    reports = [JobReport.from_rapi({**row, "status": None}) for row in rows]
    reasons = {report.id: report.reasons for report in reports}
    assert second in reasons
    assert first not in reasons
    if ganeti.supports(Capability.REASON):
        assert "contract: second" in reasons[second]


def test_a_missing_job_is_no_error(client: RapiClient) -> None:
    assert client.job(NO_JOB) is None
    assert client.jobs_by_id([NO_JOB], ("id", "status")) == []
    assert client.cancel_job(NO_JOB) == (False, f"Job {NO_JOB} not found in queue")


def test_changes_of_a_job_can_be_waited_for(
    client: RapiClient, ganeti: Ganeti, machine: str
) -> None:
    with ganeti.slow_jobs():
        job_id = client.add_tags("instances", machine, ["x"], reason="contract")
        statuses: list[str] = []
        info = None
        deadline = time.monotonic() + 60
        while (
            not statuses or statuses[-1] != "success"
        ) and time.monotonic() < deadline:
            change = client.wait_for_job(job_id, ["status"], info, None)
            if change is not None:
                info = change["job_info"]
                statuses.append(info[0])

    assert statuses[-1] == "success"
    assert len(statuses) == len(set(statuses)) > 1
    ganeti.wait_for_success(
        client.delete_tags("instances", machine, ["x"], reason="contract")
    )


def test_an_ended_job_is_not_canceled(client: RapiClient, ganeti: Ganeti) -> None:
    job_id = client.delete_cluster_tags(["no:such:tag"], reason="contract")
    assert ganeti.wait_for_end(job_id)["status"] == "error"

    canceled, _message = client.cancel_job(job_id)

    assert not canceled


def test_a_job_on_a_missing_machine_fails(client: RapiClient, ganeti: Ganeti) -> None:
    job = ganeti.wait_for_end(client.startup(NOWHERE, reason="contract"))

    assert job["status"] == "error"
    assert error_message(job) == f"Instance '{NOWHERE}' not known"


# -- power


def test_a_forced_shutdown_is_submitted_for_a_stopped_machine(
    client: RapiClient, ganeti: Ganeti, stopped: str
) -> None:
    if not client_supports(client, Capability.FORCED_SHUTDOWN):
        return
    job = ganeti.wait_for_success(
        client.shutdown(stopped, reason="contract", timeout_s=0, force=True)
    )

    assert job["ops"][0]["force"] is True


def test_a_machine_is_started(client: RapiClient, ganeti: Ganeti, stopped: str) -> None:
    ganeti.wait_for_success(client.startup(stopped, reason="contract"))

    assert status(ganeti, stopped) == "running"


def test_a_machine_is_rebooted(
    client: RapiClient, ganeti: Ganeti, running: str
) -> None:
    kinds: tuple[RebootKind, ...] = ("soft", "hard", "full")

    for kind in kinds[: 1 if ganeti.ignores_shutdown else 3]:
        job = ganeti.wait_for_success(
            client.reboot(running, reason="contract", kind=kind)
        )
        assert job["ops"][0]["reboot_type"] == kind

    assert status(ganeti, running) == "running"


def test_a_running_machine_has_a_console(
    client: RapiClient, ganeti: Ganeti, running: str
) -> None:
    if not client_supports(client, Capability.CONSOLE):
        return
    console = client.console(running)

    assert console["instance"] == running
    assert console["kind"] in {"msg", "ssh", "vnc", "spice"}


def test_a_canceled_job_ends_canceled_or_completes(
    client: RapiClient, ganeti: Ganeti, running: str
) -> None:
    with ganeti.slow_jobs():
        first = client.reboot(running, reason="contract", kind="soft")
        second = client.reboot(running, reason="contract", kind="soft")

        canceled, message = client.cancel_job(second)

        assert message
        status = ganeti.wait_for_end(second)["status"]
        if ganeti.simulated:
            assert (canceled, status) == (True, "canceled")
        else:
            # The job's process may be too far to be canceled.
            assert status == "success" or (canceled and status == "canceled")
        ganeti.wait_for_success(first)


def test_only_a_stopped_machine_is_renamed(
    client: RapiClient, ganeti: Ganeti, running: str
) -> None:
    renamed = f"{PREFIX}r.example.org"
    failed = ganeti.wait_for_end(client.rename(running, renamed, reason="contract"))
    assert (
        error_message(failed)
        == f"Instance '{running}' is marked to be up, cannot rename"
    )

    ganeti.wait_for_success(client.shutdown(running, reason="contract", timeout_s=0))
    ganeti.wait_for_success(client.rename(running, renamed, reason="contract"))
    assert renamed in client.instances()

    ganeti.wait_for_success(client.rename(renamed, running, reason="contract"))
    assert running in client.instances()


def test_a_machine_is_shut_down_with_a_timeout(
    client: RapiClient, ganeti: Ganeti, running: str
) -> None:
    job = ganeti.wait_for_success(
        client.shutdown(running, reason="contract", timeout_s=1)
    )

    assert status(ganeti, running) == "ADMIN_down"
    if ganeti.supports(Capability.SHUTDOWN_TIMEOUT):
        assert job["ops"][0]["timeout"] == 1


def test_a_shutdown_with_no_remember_keeps_the_state_up(
    client: RapiClient, ganeti: Ganeti, running: str
) -> None:
    if not client_supports(client, Capability.NO_REMEMBER):
        return
    ganeti.wait_for_success(
        client.shutdown(running, reason="contract", timeout_s=0, no_remember=True)
    )

    assert status(ganeti, running) == "ERROR_down"
