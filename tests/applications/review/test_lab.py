"""What the panel shows of the real cluster is what the cluster's own tools say."""

import os
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.applications.models import InstanceApplication
from apps.ganeti.models import Cluster, Job
from apps.ganeti.rapi.transport import Verification
from apps.ganeti.reads.placement import Choice, PlacementOptions, RequestedSizes
from apps.ganeti.state import refreshing, snapshots
from tests.applications.review.sending import post
from tests.ganeti.pages import markup, text
from tests.lab import SCRIPT, Lab

pytestmark = [pytest.mark.lab, pytest.mark.django_db]

# A node group and a network of our own: the lab is shared.
OURS = f"review{os.getpid()}"
SUBNET = f"10.{os.getpid() % 250}.77.0/29"
SIZES = {"disk-count": 0, "nic-count": 0, "spindle-use": 0, "disk-size": 0}
SMALLEST = {**SIZES, "memory-size": 4, "cpu-count": 1}
LARGEST = {
    "disk-count": 16,
    "nic-count": 8,
    "spindle-use": 64,
    "disk-size": 1048576,
    "memory-size": 64,
    "cpu-count": 2,
}


def gnt(*command: str) -> list[list[str]]:
    """Return what a listing command of the fake cluster's master says, in cells."""
    shape = ("--no-headers", "--separator=|")
    run = subprocess.run(  # noqa: S603 - our own script
        [SCRIPT, "gnt", "fake", *command, *shape],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.split("|") for line in run.stdout.splitlines()]


@pytest.fixture
def real(lab: Lab) -> Cluster:
    """Return the lab's fake cluster as one of ours."""
    cluster = Cluster(
        hostname=lab.host,
        port=lab.port,
        slug="athens",
        can_write=True,
        verification=Verification.OFF,
    )
    cluster.username, cluster.password = lab.username, lab.password
    cluster.save()
    return cluster


@pytest.fixture
def ours(lab: Lab) -> Iterator[str]:
    """Have a node group without nodes, and a network that it is connected to."""

    def do(method: str, path: str, **given: Any) -> None:
        lab.finish(int(lab.request(method, path, **given)))

    policy = {"minmax": [{"min": SMALLEST, "max": LARGEST}], "disk-templates": ["file"]}
    group = {"group_name": OURS, "alloc_policy": "last_resort", "ipolicy": policy}
    network = {"network_name": OURS, "network": SUBNET}
    link = {"network_mode": "bridged", "network_link": "br0"}
    do("POST", "/2/groups", body=group)
    try:
        do("POST", "/2/networks", body=network)
        try:
            connected = {"group_name": OURS, **link}
            do("PUT", f"/2/networks/{OURS}/connect", body=connected)
            yield OURS
            do("PUT", f"/2/networks/{OURS}/disconnect", body={"group_name": OURS})
        finally:
            do("DELETE", f"/2/networks/{OURS}")
    finally:
        do("DELETE", f"/2/groups/{OURS}")


Look = Callable[..., PlacementOptions]


@pytest.fixture
def offer(real: Cluster, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Return a function that asks the cluster and says what it offers."""

    def look(group: str = "", **wanted: int) -> PlacementOptions:
        snapshots.forget()
        snapshots.cache.clear()  # type: ignore[attr-defined]  # all is asked anew
        assert refreshing.refresh(real, force=True)
        return PlacementOptions(
            snapshots.current([real])[0], RequestedSizes(**wanted), (), group
        )

    return look


def named(choices: Any, value: str) -> Any:
    return next(choice for choice in choices if choice.value == value)


def test_nodes_have_to_give_what_ganeti_says(offer: Look) -> None:
    found = named(offer().groups, "default")
    listed = gnt("gnt-node", "list", "--units=m", "-o", "name,group,mfree,dfree,ctotal")

    rows = [row for row in listed if row[1] == "default"]
    assert found.nodes == len(rows)
    assert found.cpus == sum(int(row[4]) for row in rows)
    # The lab's nodes share one machine's memory and disk, which others use too.
    free = sum(int(row[2]) for row in rows)
    assert found.memory_free_mib == pytest.approx(free, rel=0.3)
    disk = sum(int(row[3]) for row in rows)
    assert found.disk_free_mib == pytest.approx(disk, rel=0.3)


def test_groups_and_their_policies_are_as_ganeti_has_them(
    offer: Look, ours: str
) -> None:
    found = offer(memory_mib=128)

    listed = gnt("gnt-group", "list", "-o", "name,alloc_policy,node_cnt")
    policies = {name: policy for name, policy, _count in listed}
    assert policies[ours] == "last_resort"
    known = found.contents.groups
    assert {name: known[name].alloc_policy for name in policies} == policies
    (span,) = known[ours].policy.broken_by(found.requested.sizes)
    assert (span.smallest, span.largest) == (4, 64)
    assert known[ours].policy.disk_templates == ("file",)
    assert not known["default"].policy.broken_by(found.requested.sizes)
    assert "None of its nodes" in str(named(found.groups, ours).unavailable_reason)


def test_tags_of_a_group_lock_it_and_offer_volume_groups(
    lab: Lab, offer: Look, ours: str
) -> None:
    for tag in ("vg:fast", "locked"):
        path = f"/2/groups/{ours}/tags"
        lab.finish(int(lab.request("PUT", path, query={"tag": tag})))

    found = offer(ours)

    assert str(named(found.groups, ours).unavailable_reason) == "Under maintenance."
    assert [choice.value for choice in found.volume_groups] == ["", "fast"]


def test_networks_have_the_addresses_that_ganeti_counts(offer: Look, ours: str) -> None:
    found = offer(ours)

    fields = "name,free_count,reserved_count"
    counted = {row[0]: row[1:] for row in gnt("gnt-network", "list", "-o", fields)}
    (mine,) = [n for n in found.contents.networks if n.name == ours]
    assert [str(mine.free), str(mine.reserved)] == counted[ours]
    assert mine.connection(ours) == ("bridged", "br0")
    usable = [
        choice.value for choice in found.networks if not choice.unavailable_reason
    ]
    assert usable == [ours, ""]
    assert named(offer("default").networks, ours).unavailable_reason


def test_disk_templates_are_those_of_the_cluster(lab: Lab, offer: Look) -> None:
    enabled = lab.request("GET", "/2/info")["enabled_disk_templates"]

    found: list[Choice] = list(offer("default").templates)

    assert {choice.value for choice in found} == set(enabled)
    assert all(not choice.unavailable_reason for choice in found)


@pytest.mark.usefixtures("offer")
def test_a_trial_on_the_real_cluster_builds_nothing(
    client: Client, rhea: User, lab: Lab, real: Cluster, alice: User
) -> None:
    refreshing.refresh(real, force=True)
    client.force_login(rhea)
    asked = InstanceApplication.objects.create(
        applicant=alice,
        hostname=f"{OURS}.example.org",
        memory_mib=64,
        vcpus=1,
        disk_gib=1,
        operating_system="debian",
    )

    chosen = {"nic_network": "public-v4", "storage": "file", "volume_group": ""}
    answer = post(client, asked, "try", **chosen)

    assert "Dry run on" in text(markup(answer))
    trial = Job.objects.get(kind=Job.Kind.TRY_CREATE)
    assert trial.ganeti_id is not None
    lab.finish(trial.ganeti_id)
    assert asked.hostname not in lab.names()
