"""What our client and Ganeti promise each other about changes and jobs."""

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
from tests.rapi.conftest import OURS, Ganeti
from tests.rapi.contract import NO_JOB, NOWHERE, can, status, words

# -- creating and deleting


def test_a_machine_without_disks_is_created_and_deleted(
    client: RapiClient, ganeti: Ganeti
) -> None:
    name = f"{OURS}b.example.org"

    with ganeti.instance(name, disk_template="diskless", disks=[], nics=[]):
        assert client.instance(name)["disk_template"] == "diskless"

    assert name not in client.instances()


def test_a_rehearsal_creates_nothing(client: RapiClient, ganeti: Ganeti) -> None:
    name = f"{OURS}c.example.org"
    body = ganeti.new_instance(name)

    job = ganeti.done(client.create_instance(body, reason="contract", dry_run=True))

    assert job["status"] == "success"
    assert name not in client.instances()


def test_a_rehearsal_says_what_breaks_the_policy(
    client: RapiClient, ganeti: Ganeti
) -> None:
    if not can(client, Capability.POLICY):
        return
    body = ganeti.new_instance(f"{OURS}c.example.org", disks=[{"size": 2**30}])

    job = ganeti.ended(client.create_instance(body, reason="contract", dry_run=True))

    assert re.fullmatch(
        r"Instance allocation to group \S+ \(default\) violates policy: disk-size/0 "
        r"value 1073741824 is not in range \[0, 1048576\]",
        words(job),
    )


def test_a_name_that_is_taken_fails_in_ganetis_words(
    client: RapiClient, ganeti: Ganeti, machine: str
) -> None:
    body = ganeti.new_instance(machine)

    job = ganeti.ended(client.create_instance(body, reason="contract"))

    assert words(job) == f"Instance '{machine}' is already in the cluster"


def test_a_parameter_that_ganeti_does_not_know_is_refused(
    client: RapiClient, ganeti: Ganeti
) -> None:
    body = {**ganeti.new_instance("a.example.org"), "colour": "green"}
    if not ganeti.can(Capability.STRICT_BODIES):
        body = {"colour": "green"}  # which lacks what is required, too

    with pytest.raises(RapiRefused, match=r"'colour'|is missing") as caught:
        client.create_instance(body, reason="contract")

    assert caught.value.code == 400


# -- changing what is stopped


def test_tags_are_added_and_deleted(
    client: RapiClient, ganeti: Ganeti, machine: str
) -> None:
    tags = ["ganetimgr:needsreboot", "ganetimgr:group:staff"]

    ganeti.done(client.add_tags("instances", machine, tags, reason="contract"))
    assert set(tags) <= set(client.tags("instances", machine))

    ganeti.done(client.delete_tags("instances", machine, tags, reason="contract"))
    assert client.tags("instances", machine) == ["ganetimgr:user:alice"]


def test_a_tag_of_forbidden_letters_fails_in_ganetis_words(
    client: RapiClient, ganeti: Ganeti, machine: str
) -> None:
    job = ganeti.ended(
        client.add_tags("instances", machine, ["a b"], reason="contract")
    )

    assert words(job) == "Tag contains invalid characters"


def test_a_machine_is_modified(
    client: RapiClient, ganeti: Ganeti, stopped: str
) -> None:
    change = {"beparams": {"vcpus": 2}}

    ganeti.done(client.modify(stopped, change, reason="contract"))

    assert client.instance(stopped)["beparams"]["vcpus"] == 2


def test_a_machine_is_installed_again(
    client: RapiClient, ganeti: Ganeti, stopped: str
) -> None:
    job_id = client.reinstall(stopped, os="image+default", osparams={}, start=False)
    ganeti.done(job_id)

    assert status(ganeti, stopped) == "ADMIN_down"


def test_parameters_are_cleared_where_the_version_can(
    client: RapiClient, ganeti: Ganeti, stopped: str
) -> None:
    if client.ganeti_version() < versions.SINCE[Capability.CLEAR_OSPARAMS]:
        with pytest.raises(RapiUnsupported, match=r"2\.16"):
            client.reinstall(stopped, start=False, clear_osparams=True)
        return

    ganeti.done(client.reinstall(stopped, start=False, clear_osparams=True))


def test_local_disks_do_not_move(
    client: RapiClient, ganeti: Ganeti, stopped: str
) -> None:
    moves = [client.migrate(stopped, reason="contract")]
    if ganeti.can(Capability.FAILOVER):
        moves.append(client.failover(stopped, reason="contract"))

    for move, word in zip(moves, ("migrations", "failovers"), strict=False):
        assert words(ganeti.ended(move)) == (
            f"Instance's disk layout 'file' does not allow {word}"
        )


def test_shared_disks_move(client: RapiClient, ganeti: Ganeti) -> None:
    nodes = sorted(node["name"] for node in client.nodes())
    name = f"{OURS}s.example.org"
    if "sharedfile" not in client.info().get("enabled_disk_templates", ()):
        return

    with ganeti.instance(name, disk_template="sharedfile", pnode=nodes[0]):
        move = client.failover(name, reason="contract", target_node=nodes[1])
        ganeti.done(move)
        assert client.instance(name)["pnode"] == nodes[1]

        ganeti.done(client.startup(name, reason="contract"))
        ganeti.done(
            client.migrate(name, reason="contract", mode="live", target_node=nodes[0])
        )
        assert client.instance(name)["pnode"] == nodes[0]


def test_a_stopped_machine_has_no_console(client: RapiClient, stopped: str) -> None:
    if not can(client, Capability.CONSOLE):
        return
    with pytest.raises(RapiRefused, match="console unavailable") as caught:
        client.console(stopped)

    assert caught.value.code == 503


# -- jobs


def test_a_job_is_known_by_its_id_with_its_reason(
    client: RapiClient, ganeti: Ganeti, stopped: str
) -> None:
    reason = "ganetimgr:0123abcd alice: modify"
    change = {"beparams": {"vcpus": 1}}
    job_id = client.modify(stopped, change, reason=reason)
    ganeti.done(job_id)
    fields = ("id", "status", "opresult", "oplog", "ops", "end_ts", "summary")

    row = client.jobs_by_id([job_id], fields)[0]

    report = JobReport.from_rapi(dict(row))
    assert (report.id, report.status) == (job_id, JobStatus.SUCCESS)
    assert reason in report.reasons or not ganeti.can(Capability.REASON)
    assert report.ended_at is not None
    assert row["summary"] == [f"INSTANCE_SET_PARAMS({stopped})"]
    assert job_id in client.job_ids()


def test_jobs_are_found_by_their_ids_and_since_one(
    client: RapiClient, ganeti: Ganeti
) -> None:
    first = client.add_cluster_tags([f"{OURS}:x"], reason="contract: first")
    ganeti.done(first)
    second = client.delete_cluster_tags([f"{OURS}:x"], reason="contract: second")
    ganeti.done(second)

    rows = client.jobs_by_id([NO_JOB, first, second], ("id", "status"))
    assert {int(row["id"]): row["status"] for row in rows} == {
        first: "success",
        second: "success",
    }

    rows = client.query("job", ("id", "ops"), at_least("id", second))
    reports = [JobReport.from_rapi({**row, "status": None}) for row in rows]
    found = {report.id: report.reasons for report in reports}
    assert second in found
    assert first not in found
    if ganeti.can(Capability.REASON):
        assert "contract: second" in found[second]


def test_a_job_that_is_not_there_is_a_state(client: RapiClient) -> None:
    assert client.job(NO_JOB) is None
    assert client.jobs_by_id([NO_JOB], ("id", "status")) == []
    assert client.cancel_job(NO_JOB) == (False, f"Job {NO_JOB} not found in queue")


def test_a_change_of_a_job_can_be_waited_for(
    client: RapiClient, ganeti: Ganeti, machine: str
) -> None:
    with ganeti.slow_enough_to_watch():
        job_id = client.add_tags("instances", machine, ["x"], reason="contract")
        seen: list[str] = []
        info = None
        end = time.monotonic() + 60
        while (not seen or seen[-1] != "success") and time.monotonic() < end:
            change = client.wait_for_job(job_id, ["status"], info, None)
            if change is not None:
                info = change["job_info"]
                seen.append(info[0])

    assert seen[-1] == "success"
    assert len(seen) == len(set(seen)) > 1
    ganeti.done(client.delete_tags("instances", machine, ["x"], reason="contract"))


def test_a_job_that_has_ended_is_not_canceled(
    client: RapiClient, ganeti: Ganeti
) -> None:
    job_id = client.delete_cluster_tags(["no:such:tag"], reason="contract")
    assert ganeti.ended(job_id)["status"] == "error"

    canceled, _words = client.cancel_job(job_id)

    assert not canceled


def test_a_machine_that_is_not_there_is_a_job_that_fails(
    client: RapiClient, ganeti: Ganeti
) -> None:
    job = ganeti.ended(client.startup(NOWHERE, reason="contract"))

    assert job["status"] == "error"
    assert words(job) == f"Instance '{NOWHERE}' not known"


# -- power


def test_a_forced_shutdown_tries_whatever_the_mark(
    client: RapiClient, ganeti: Ganeti, stopped: str
) -> None:
    if not can(client, Capability.FORCED_SHUTDOWN):
        return
    job = ganeti.done(
        client.shutdown(stopped, reason="contract", timeout_s=0, force=True)
    )

    assert job["ops"][0]["force"] is True


def test_a_machine_starts(client: RapiClient, ganeti: Ganeti, stopped: str) -> None:
    ganeti.done(client.startup(stopped, reason="contract"))

    assert status(ganeti, stopped) == "running"


def test_a_machine_reboots(client: RapiClient, ganeti: Ganeti, running: str) -> None:
    kinds: tuple[RebootKind, ...] = ("soft", "hard", "full")

    for kind in kinds[: 1 if ganeti.deaf else 3]:
        job = ganeti.done(client.reboot(running, reason="contract", kind=kind))
        assert job["ops"][0]["reboot_type"] == kind

    assert status(ganeti, running) == "running"


def test_a_running_machine_has_a_console(
    client: RapiClient, ganeti: Ganeti, running: str
) -> None:
    if not can(client, Capability.CONSOLE):
        return
    console = client.console(running)

    assert console["instance"] == running
    assert console["kind"] in {"msg", "ssh", "vnc", "spice"}


def test_a_cancellation_is_asked_for_and_the_job_says_what_came_of_it(
    client: RapiClient, ganeti: Ganeti, running: str
) -> None:
    with ganeti.slow_enough_to_watch():
        first = client.reboot(running, reason="contract", kind="soft")
        second = client.reboot(running, reason="contract", kind="soft")

        canceled, words = client.cancel_job(second)

        assert words
        status = ganeti.ended(second)["status"]
        if ganeti.simulated:
            assert (canceled, status) == (True, "canceled")
        else:
            # The daemon tells the job's process, which may be past listening by then.
            assert status == "success" or (canceled and status == "canceled")
        ganeti.done(first)


def test_a_machine_is_renamed_only_when_stopped(
    client: RapiClient, ganeti: Ganeti, running: str
) -> None:
    renamed = f"{OURS}r.example.org"
    refused = ganeti.ended(client.rename(running, renamed, reason="contract"))
    assert words(refused) == f"Instance '{running}' is marked to be up, cannot rename"

    ganeti.done(client.shutdown(running, reason="contract", timeout_s=0))
    ganeti.done(client.rename(running, renamed, reason="contract"))
    assert renamed in client.instances()

    ganeti.done(client.rename(renamed, running, reason="contract"))
    assert running in client.instances()


def test_a_machine_shuts_down_within_its_time(
    client: RapiClient, ganeti: Ganeti, running: str
) -> None:
    job = ganeti.done(client.shutdown(running, reason="contract", timeout_s=1))

    assert status(ganeti, running) == "ADMIN_down"
    if ganeti.can(Capability.SHUTDOWN_TIMEOUT):
        assert job["ops"][0]["timeout"] == 1


def test_a_shutdown_that_is_not_remembered_leaves_the_wish_to_run(
    client: RapiClient, ganeti: Ganeti, running: str
) -> None:
    if not can(client, Capability.NO_REMEMBER):
        return
    ganeti.done(
        client.shutdown(running, reason="contract", timeout_s=0, no_remember=True)
    )

    assert status(ganeti, running) == "ERROR_down"
