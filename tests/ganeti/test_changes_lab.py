"""Changes by owners and staff on real clusters."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.ganeti.domain import hypervisors
from apps.ganeti.models import Job
from apps.net import probe
from tests.conftest import Sent
from tests.ganeti.confirming import newest_link
from tests.ganeti.lab_clusters import create_cluster, run_pending_jobs
from tests.ganeti.pages import markup, notices, text, url
from tests.lab import Lab

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("db")]

KVM_NAME, SHARED_NAME, LOCAL_NAME = (
    f"configure-{word}.example.org" for word in ("real", "moves", "stays")
)
ALICE = "ganetimgr:user:alice"
ISO = "http://images.example.org/configure.iso"


def page(client: Client, name: str) -> str:
    return text(markup(client.get(url("detail", name, "lab"))))


def post(client: Client, action: str, machine: str, /, **values: str) -> Any:
    return client.post(url(action, machine, "lab"), values, follow=True)


def tags(lab: Lab, name: str) -> set[str]:
    return set(lab.instance(name)["tags"])


# -- KVM


@pytest.fixture
def kvm_instance(kvm_lab: Lab) -> Iterator[Lab]:
    with kvm_lab.instances(KVM_NAME, tags=[ALICE], disk_template="diskless", disks=[]):
        yield kvm_lab
        switch_off(kvm_lab)


def switch_off(lab: Lab) -> None:
    """Power off at once: without an operating system, it ignores a shutdown."""
    body = {"timeout": 0}
    path = f"/2/instances/{KVM_NAME}/shutdown"
    lab.finish(int(lab.request("PUT", path, body=body)))


def test_a_running_instance_needs_a_reboot_after_a_change(
    client: Client, alice: User, kvm_instance: Lab
) -> None:
    kvm_instance.finish(kvm_instance.power(KVM_NAME, "startup"))
    cluster = create_cluster(kvm_instance)
    client.force_login(alice)
    current = {
        "boot_order": "disk",
        "cdrom_image_path": "",
        "disk_type": "paravirtual",
        "nic_type": "paravirtual",
    }

    unchanged = post(client, "configure", KVM_NAME, **current)
    post(
        client,
        "configure",
        KVM_NAME,
        **current | {"nic_type": "e1000"},
        use_localtime="on",
    )
    run_pending_jobs(cluster)
    page_text, marked_tags = page(client, KVM_NAME), tags(kvm_instance, KVM_NAME)
    post(client, "reboot", KVM_NAME, kind="hard")
    run_pending_jobs(cluster, seconds=300)  # two minutes until it is powered off

    assert "No changes needed." in notices(unchanged)
    assert kvm_instance.instance(KVM_NAME)["hvparams"]["nic_type"] == "e1000"
    assert kvm_instance.instance(KVM_NAME)["hvparams"]["use_localtime"] is True
    assert "Needs reboot" in page_text
    assert marked_tags == {ALICE, "ganetimgr:needsreboot"}
    assert tags(kvm_instance, KVM_NAME) == {ALICE}
    assert "Needs reboot" not in page(client, KVM_NAME)


def test_ganeti_accepts_all_hardware_choices_and_cdrom_urls(kvm_instance: Lab) -> None:
    choices = {
        name: hypervisors.CHOICES[hypervisors.KVM, name]
        for name in (hypervisors.DISK, hypervisors.NIC)
    }
    longest = max(len(values) for values in choices.values())
    parameters: list[dict[str, Any]] = [
        {name: values[index % len(values)] for name, values in choices.items()}
        for index in range(longest)
    ]
    parameters += [{"boot_order": "cdrom", "cdrom_image_path": ISO}]
    parameters += [{"boot_order": "network", "cdrom_image_path": ""}]

    jobs = [modify(kvm_instance, hvparams) for hvparams in parameters]

    for job_id in jobs:
        kvm_instance.finish(job_id)


def test_ganeti_refuses_to_boot_from_a_missing_cdrom(kvm_instance: Lab) -> None:
    """The form checks this, since the job would fail."""
    with pytest.raises(AssertionError, match="without an ISO path"):
        kvm_instance.finish(modify(kvm_instance, {"boot_order": "cdrom"}))


def modify(lab: Lab, hvparams: dict[str, Any]) -> int:
    body = {"hvparams": hvparams, "hotplug": False}
    return int(lab.request("PUT", f"/2/instances/{KVM_NAME}/modify", body=body))


def test_a_cdrom_is_inserted_and_ejected(
    client: Client, alice: User, kvm_instance: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "check", lambda _url, **_options: None)
    cluster = create_cluster(kvm_instance)
    client.force_login(alice)
    hardware = {"disk_type": "paravirtual", "nic_type": "paravirtual"}

    post(
        client,
        "configure",
        KVM_NAME,
        **hardware,
        boot_order="cdrom",
        cdrom_image_path=ISO,
    )
    run_pending_jobs(cluster)
    text_with_cdrom = page(client, KVM_NAME)
    post(
        client,
        "configure",
        KVM_NAME,
        **hardware,
        boot_order="disk",
        cdrom_image_path="",
    )
    run_pending_jobs(cluster)

    assert "Boots from CD-ROM" in text_with_cdrom
    assert ISO in text_with_cdrom
    assert kvm_instance.instance(KVM_NAME)["hvparams"]["cdrom_image_path"] == ""
    assert tags(kvm_instance, KVM_NAME) == {ALICE}  # stopped: no reboot needed


# -- three nodes


@pytest.fixture
def machines(lab: Lab) -> Iterator[Lab]:
    with (
        lab.instances(SHARED_NAME, tags=[ALICE], disk_template="sharedfile"),
        lab.instances(LOCAL_NAME, tags=[ALICE]),
    ):
        for name in (SHARED_NAME, LOCAL_NAME):
            lab.finish(lab.power(name, "startup"))
        yield lab


def test_isolation_and_whitelist_migrate_the_instance(
    client: Client, root: User, machines: Lab
) -> None:
    cluster = create_cluster(machines)
    client.force_login(root)
    first_node = machines.instance(SHARED_NAME)["pnode"]

    post(client, "isolate", SHARED_NAME, wanted="on")
    run_pending_jobs(cluster)
    isolated_tags, second_node = (
        tags(machines, SHARED_NAME),
        machines.instance(SHARED_NAME)["pnode"],
    )
    post(client, "whitelist", SHARED_NAME, subnet="192.0.2.1/26")
    run_pending_jobs(cluster)
    page_text = page(client, SHARED_NAME)
    post(client, "isolate", SHARED_NAME, wanted="off")
    post(client, "whitelist", SHARED_NAME, subnet="")  # too early: it is busy
    run_pending_jobs(cluster)

    assert isolated_tags == {ALICE, "ganetimgr:isolate"}
    assert second_node != first_node
    assert "only 192.0.2.0/26 can reach it" in page_text
    assert tags(machines, SHARED_NAME) == {ALICE, "ganetimgr:whitelist_ip:192.0.2.0/26"}
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
    cluster = create_cluster(machines)
    client.force_login(root)
    first_node = machines.instance(SHARED_NAME)["pnode"]
    nodes = [node["id"] for node in machines.request("GET", "/2/nodes")]
    target = next(node for node in nodes if node != first_node)

    post(client, "migrate", SHARED_NAME, target_node=target, live="on")
    run_pending_jobs(cluster)
    migrated = machines.instance(SHARED_NAME)
    post(client, "failover", SHARED_NAME, target_node=first_node)
    run_pending_jobs(cluster)
    failed_over = machines.instance(SHARED_NAME)

    assert (migrated["pnode"], migrated["status"]) == (target, "running")
    assert (failed_over["pnode"], failed_over["status"]) == (first_node, "running")
    statuses = Job.objects.order_by("pk").values_list("kind", "status")
    assert list(statuses)[:2] == [("migrate", "success"), ("failover", "success")]
    assert "Its disks are on one node only." in page(client, LOCAL_NAME)


def test_an_immovable_instance_is_isolated_at_its_next_start(
    client: Client, root: User, machines: Lab
) -> None:
    cluster = create_cluster(machines)
    client.force_login(root)

    response = post(client, "isolate", LOCAL_NAME, wanted="on")
    run_pending_jobs(cluster)

    assert "The change takes effect the next time the machine starts." in notices(
        response
    )
    assert tags(machines, LOCAL_NAME) == {ALICE, "ganetimgr:isolate"}
    assert Job.objects.count() == 1


def test_owners_and_locks_are_written_as_tags(
    client: Client, alice: User, bob: User, root: User, machines: Lab, sent: Sent
) -> None:
    cluster = create_cluster(machines)
    client.force_login(alice)

    post(client, "owners", LOCAL_NAME, word="user", name="bob")
    run_pending_jobs(cluster)
    shared_tags = tags(machines, LOCAL_NAME)
    client.force_login(bob)
    post(client, "owners", LOCAL_NAME, owner="user:alice", confirmed="yes")
    client.post(newest_link(sent))
    run_pending_jobs(cluster)
    client.force_login(root)
    post(client, "lock", LOCAL_NAME, wanted="on")
    run_pending_jobs(cluster)
    client.force_login(bob)
    refused = post(client, "configure", LOCAL_NAME)

    assert shared_tags == {ALICE, "ganetimgr:user:bob"}
    assert tags(machines, LOCAL_NAME) == {"ganetimgr:user:bob", "ganetimgr:adminlock"}
    assert "This machine is locked by staff" in text(markup(refused))
