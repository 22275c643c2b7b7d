"""The panel of a real cluster agrees with Ganeti's own tools."""

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
    """Run a listing command on the fake cluster's master; return its cells."""
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
def lab_cluster(lab: Lab) -> Cluster:
    """Return the lab's fake cluster as a row of the database."""
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
def own_group(lab: Lab) -> Iterator[str]:
    """Create a node group without nodes, and a network that it is connected to."""

    def run(method: str, path: str, **parameters: Any) -> None:
        lab.finish(int(lab.request(method, path, **parameters)))

    policy = {"minmax": [{"min": SMALLEST, "max": LARGEST}], "disk-templates": ["file"]}
    group = {"group_name": OURS, "alloc_policy": "last_resort", "ipolicy": policy}
    network = {"network_name": OURS, "network": SUBNET}
    link = {"network_mode": "bridged", "network_link": "br0"}
    run("POST", "/2/groups", body=group)
    try:
        run("POST", "/2/networks", body=network)
        try:
            connected = {"group_name": OURS, **link}
            run("PUT", f"/2/networks/{OURS}/connect", body=connected)
            yield OURS
            run("PUT", f"/2/networks/{OURS}/disconnect", body={"group_name": OURS})
        finally:
            run("DELETE", f"/2/networks/{OURS}")
    finally:
        run("DELETE", f"/2/groups/{OURS}")


GetOptions = Callable[..., PlacementOptions]


@pytest.fixture
def options_for(lab_cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> GetOptions:
    """Return a function that refreshes the cluster and returns its options."""

    def get_options(group: str = "", **sizes: int) -> PlacementOptions:
        snapshots.forget()
        snapshots.cache.clear()  # type: ignore[attr-defined]  # reads everything anew
        assert refreshing.refresh(lab_cluster, force=True)
        return PlacementOptions(
            snapshots.current([lab_cluster])[0], RequestedSizes(**sizes), (), group
        )

    return get_options


def choice_of(choices: Any, value: str) -> Any:
    return next(choice for choice in choices if choice.value == value)


def test_resources_of_nodes_are_those_of_ganeti(options_for: GetOptions) -> None:
    group = choice_of(options_for().groups, "default")
    listed = gnt("gnt-node", "list", "--units=m", "-o", "name,group,mfree,dfree,ctotal")

    rows = [row for row in listed if row[1] == "default"]
    assert group.nodes == len(rows)
    assert group.cpus == sum(int(row[4]) for row in rows)
    # The lab's nodes share one machine's memory and disk, which others use too.
    free = sum(int(row[2]) for row in rows)
    assert group.memory_free_mib == pytest.approx(free, rel=0.3)
    disk = sum(int(row[3]) for row in rows)
    assert group.disk_free_mib == pytest.approx(disk, rel=0.3)


def test_groups_and_their_policies_are_those_of_ganeti(
    options_for: GetOptions, own_group: str
) -> None:
    options = options_for(memory_mib=128)

    listed = gnt("gnt-group", "list", "-o", "name,alloc_policy,node_cnt")
    policies = {name: policy for name, policy, _count in listed}
    assert policies[own_group] == "last_resort"
    groups = options.contents.groups
    assert {name: groups[name].alloc_policy for name in policies} == policies
    (limit,) = groups[own_group].policy.violations(options.requested.sizes)
    assert (limit.smallest, limit.largest) == (4, 64)
    assert groups[own_group].policy.disk_templates == ("file",)
    assert not groups["default"].policy.violations(options.requested.sizes)
    assert "None of its nodes" in str(
        choice_of(options.groups, own_group).unavailable_reason
    )


def test_tags_of_a_group_lock_it_and_offer_volume_groups(
    lab: Lab, options_for: GetOptions, own_group: str
) -> None:
    for tag in ("vg:fast", "locked"):
        path = f"/2/groups/{own_group}/tags"
        lab.finish(int(lab.request("PUT", path, query={"tag": tag})))

    options = options_for(own_group)

    assert (
        str(choice_of(options.groups, own_group).unavailable_reason)
        == "Under maintenance."
    )
    assert [choice.value for choice in options.volume_groups] == ["", "fast"]


def test_address_counts_of_networks_are_those_of_ganeti(
    options_for: GetOptions, own_group: str
) -> None:
    options = options_for(own_group)

    fields = "name,free_count,reserved_count"
    counts = {row[0]: row[1:] for row in gnt("gnt-network", "list", "-o", fields)}
    (network,) = [n for n in options.contents.networks if n.name == own_group]
    assert [str(network.free), str(network.reserved)] == counts[own_group]
    assert network.connection(own_group) == ("bridged", "br0")
    usable = [
        choice.value for choice in options.networks if not choice.unavailable_reason
    ]
    assert usable == [own_group, ""]
    assert choice_of(options_for("default").networks, own_group).unavailable_reason


def test_disk_templates_are_those_of_the_cluster(
    lab: Lab, options_for: GetOptions
) -> None:
    enabled = lab.request("GET", "/2/info")["enabled_disk_templates"]

    templates: list[Choice] = list(options_for("default").templates)

    assert {choice.value for choice in templates} == set(enabled)
    assert all(not choice.unavailable_reason for choice in templates)


@pytest.mark.usefixtures("options_for")
def test_a_dry_run_on_the_real_cluster_builds_nothing(
    client: Client, rhea: User, lab: Lab, lab_cluster: Cluster, alice: User
) -> None:
    refreshing.refresh(lab_cluster, force=True)
    client.force_login(rhea)
    application = InstanceApplication.objects.create(
        applicant=alice,
        hostname=f"{OURS}.example.org",
        memory_mib=64,
        vcpus=1,
        disk_gib=1,
        operating_system="debian",
    )

    choices = {"nic_network": "public-v4", "storage": "file", "volume_group": ""}
    answer = post(client, application, "try", **choices)

    assert "Dry run on" in text(markup(answer))
    job = Job.objects.get(kind=Job.Kind.TRY_CREATE)
    assert job.ganeti_id is not None
    lab.finish(job.ganeti_id)
    assert application.hostname not in lab.names()
