"""What real Ganeti makes of what owners and staff change."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.ganeti.domain import hypervisors
from apps.ganeti.domain.job import FINAL
from apps.ganeti.jobs import planned, tracking
from apps.ganeti.models import Cluster, Job
from apps.ganeti.state import refreshing
from apps.net import probe
from tests.conftest import Sent
from tests.ganeti.confirming import newest_link
from tests.ganeti.pages import markup, notices, text, url
from tests.lab import Lab

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("db")]

REAL, MOVES, STAYS = (
    f"configure-{word}.example.org" for word in ("real", "moves", "stays")
)
ALICE = "ganetimgr:user:alice"
ISO = "http://images.example.org/configure.iso"


def known(lab: Lab) -> Cluster:
    """Add a cluster of the lab, as an administrator would."""
    cluster = Cluster(hostname=lab.host, port=lab.port, slug="lab", can_write=True)
    cluster.verification = Cluster.Verify.OFF
    cluster.username, cluster.password = lab.username, lab.password
    cluster.save()
    assert refreshing.refresh(cluster, force=True)
    return cluster


def run_pending_jobs(cluster: Cluster, seconds: float = 60) -> None:
    """Do what the watcher does until nothing of ours is left to do."""
    until = time.monotonic() + seconds
    while Job.objects.unfinished().exists():
        assert time.monotonic() < until, list(Job.objects.unfinished())
        planned.submit_planned()
        jobs = list(Job.objects.unfinished().exclude(ganeti_id=None))
        reports = tracking.ask(cluster, jobs)
        for job in jobs:
            report = reports[job.ganeti_id or 0]
            if report.status in FINAL:
                tracking.end(job, report)
                refreshing.refresh(cluster, force=True)
        time.sleep(0.2)


def page(client: Client, name: str) -> str:
    return text(markup(client.get(url("detail", name, "lab"))))


def post(client: Client, what: str, machine: str, /, **values: str) -> Any:
    return client.post(url(what, machine, "lab"), values, follow=True)


def tags(lab: Lab, name: str) -> set[str]:
    return set(lab.instance(name)["tags"])


# -- KVM


@pytest.fixture
def real(kvm_lab: Lab) -> Iterator[Lab]:
    with kvm_lab.instances(REAL, tags=[ALICE], disk_template="diskless", disks=[]):
        yield kvm_lab
        switch_off(kvm_lab)


def switch_off(lab: Lab) -> None:
    """Switch it off at once: no system runs in it that would hear of a shutdown."""
    body = {"timeout": 0}
    path = f"/2/instances/{REAL}/shutdown"
    lab.finish(int(lab.request("PUT", path, body=body)))


def test_what_runs_needs_a_reboot_and_a_reboot_settles_it(
    client: Client, alice: User, real: Lab
) -> None:
    real.finish(real.power(REAL, "startup"))
    cluster = known(real)
    client.force_login(alice)
    now = {
        "boot_order": "disk",
        "cdrom_image_path": "",
        "disk_type": "paravirtual",
        "nic_type": "paravirtual",
    }

    nothing = post(client, "configure", REAL, **now)
    post(client, "configure", REAL, **now | {"nic_type": "e1000"}, use_localtime="on")
    run_pending_jobs(cluster)
    said, marked = page(client, REAL), tags(real, REAL)
    post(client, "reboot", REAL, kind="hard")
    run_pending_jobs(cluster, seconds=300)  # two minutes until it is switched off

    assert "No changes needed." in notices(nothing)
    assert real.instance(REAL)["hvparams"]["nic_type"] == "e1000"
    assert real.instance(REAL)["hvparams"]["use_localtime"] is True
    assert "Needs reboot" in said
    assert marked == {ALICE, "ganetimgr:needsreboot"}
    assert tags(real, REAL) == {ALICE}
    assert "Needs reboot" not in page(client, REAL)


def test_ganeti_takes_every_choice_and_a_cdrom_by_its_address(real: Lab) -> None:
    choices = {
        name: hypervisors.CHOICES[hypervisors.KVM, name]
        for name in (hypervisors.DISK, hypervisors.NIC)
    }
    longest = max(len(values) for values in choices.values())
    wanted: list[dict[str, Any]] = [
        {name: values[place % len(values)] for name, values in choices.items()}
        for place in range(longest)
    ]
    wanted += [{"boot_order": "cdrom", "cdrom_image_path": ISO}]
    wanted += [{"boot_order": "network", "cdrom_image_path": ""}]

    jobs = [modify(real, hvparams) for hvparams in wanted]

    for job_id in jobs:
        real.finish(job_id)


def test_ganeti_boots_from_no_cdrom_that_is_not_there(real: Lab) -> None:
    """The form says so at its field, since Ganeti would only fail."""
    with pytest.raises(AssertionError, match="without an ISO path"):
        real.finish(modify(real, {"boot_order": "cdrom"}))


def modify(lab: Lab, hvparams: dict[str, Any]) -> int:
    body = {"hvparams": hvparams, "hotplug": False}
    return int(lab.request("PUT", f"/2/instances/{REAL}/modify", body=body))


def test_a_cdrom_goes_in_and_out(
    client: Client, alice: User, real: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "check", lambda _url, **_options: None)
    cluster = known(real)
    client.force_login(alice)
    kept = {"disk_type": "paravirtual", "nic_type": "paravirtual"}

    post(client, "configure", REAL, **kept, boot_order="cdrom", cdrom_image_path=ISO)
    run_pending_jobs(cluster)
    inside = page(client, REAL)
    post(client, "configure", REAL, **kept, boot_order="disk", cdrom_image_path="")
    run_pending_jobs(cluster)

    assert "Boots from CD-ROM" in inside
    assert ISO in inside
    assert real.instance(REAL)["hvparams"]["cdrom_image_path"] == ""
    assert tags(real, REAL) == {ALICE}  # it was stopped


# -- three nodes


@pytest.fixture
def machines(lab: Lab) -> Iterator[Lab]:
    with (
        lab.instances(MOVES, tags=[ALICE], disk_template="sharedfile"),
        lab.instances(STAYS, tags=[ALICE]),
    ):
        for name in (MOVES, STAYS):
            lab.finish(lab.power(name, "startup"))
        yield lab


def test_isolation_and_the_whitelist_are_in_force_after_a_move(
    client: Client, root: User, machines: Lab
) -> None:
    cluster = known(machines)
    client.force_login(root)
    before = machines.instance(MOVES)["pnode"]

    post(client, "isolate", MOVES, wanted="on")
    run_pending_jobs(cluster)
    isolated, between = tags(machines, MOVES), machines.instance(MOVES)["pnode"]
    post(client, "whitelist", MOVES, subnet="192.0.2.1/26")
    run_pending_jobs(cluster)
    said = page(client, MOVES)
    post(client, "isolate", MOVES, wanted="off")
    post(client, "whitelist", MOVES, subnet="")  # too early: it is busy
    run_pending_jobs(cluster)

    assert isolated == {ALICE, "ganetimgr:isolate"}
    assert between != before
    assert "only 192.0.2.0/26 can reach it" in said
    assert tags(machines, MOVES) == {ALICE, "ganetimgr:whitelist_ip:192.0.2.0/26"}
    kinds = list(Job.objects.order_by("pk").values_list("kind", "status"))
    assert kinds == [
        ("isolate", "success"),
        ("migrate", "success"),
        ("whitelist", "success"),
        ("migrate", "success"),
        ("rejoin", "success"),
        ("migrate", "success"),
    ]


def test_a_superuser_migrates_an_instance_and_fails_it_over(
    client: Client, root: User, machines: Lab
) -> None:
    cluster = known(machines)
    client.force_login(root)
    before = machines.instance(MOVES)["pnode"]
    nodes = [node["id"] for node in machines.request("GET", "/2/nodes")]
    target = next(node for node in nodes if node != before)

    post(client, "migrate", MOVES, target_node=target, live="on")
    run_pending_jobs(cluster)
    between = machines.instance(MOVES)
    post(client, "failover", MOVES, target_node=before)
    run_pending_jobs(cluster)
    after = machines.instance(MOVES)

    assert (between["pnode"], between["status"]) == (target, "running")
    assert (after["pnode"], after["status"]) == (before, "running")
    statuses = Job.objects.order_by("pk").values_list("kind", "status")
    assert list(statuses)[:2] == [("migrate", "success"), ("failover", "success")]
    assert "Its disks are on one node only." in page(client, STAYS)


def test_what_cannot_move_waits_for_its_next_start(
    client: Client, root: User, machines: Lab
) -> None:
    cluster = known(machines)
    client.force_login(root)

    answer = post(client, "isolate", STAYS, wanted="on")
    run_pending_jobs(cluster)

    assert "The change takes effect the next time the machine starts." in notices(
        answer
    )
    assert tags(machines, STAYS) == {ALICE, "ganetimgr:isolate"}
    assert Job.objects.count() == 1


def test_owners_and_locks_are_tags_of_the_cluster(
    client: Client, alice: User, bob: User, root: User, machines: Lab, sent: Sent
) -> None:
    cluster = known(machines)
    client.force_login(alice)

    post(client, "owners", STAYS, word="user", name="bob")
    run_pending_jobs(cluster)
    both = tags(machines, STAYS)
    client.force_login(bob)
    post(client, "owners", STAYS, owner="user:alice", confirmed="yes")
    client.post(newest_link(sent))
    run_pending_jobs(cluster)
    client.force_login(root)
    post(client, "lock", STAYS, wanted="on")
    run_pending_jobs(cluster)
    client.force_login(bob)
    refused = post(client, "configure", STAYS)

    assert both == {ALICE, "ganetimgr:user:bob"}
    assert tags(machines, STAYS) == {"ganetimgr:user:bob", "ganetimgr:adminlock"}
    assert "This machine is locked by staff" in text(markup(refused))
