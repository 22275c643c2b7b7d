"""Maintenance of node groups, nodes and networks on a real cluster."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from apps.ganeti.domain.network import FREE, RESERVED
from apps.ganeti.models import Cluster, GroupMaintenance
from apps.ganeti.reads.capacity import capacity_of
from tests.ganeti.lab_clusters import create_cluster, run_pending_jobs
from tests.ganeti.pages import markup, text
from tests.ganeti.state import contents
from tests.lab import Lab

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("db")]

GROUP = "spare"  # it has no nodes, so nobody is hindered
REASON = "New switches until 18:00."


@pytest.fixture
def cluster(lab: Lab) -> Cluster:
    return create_cluster(lab)


def test_maintenance_is_set_and_lifted(
    client: Client, root: User, cluster: Cluster, lab: Lab
) -> None:
    client.force_login(root)
    address = reverse("ganeti:group-maintenance", args=(cluster.slug, GROUP))
    tags = f"/2/groups/{GROUP}/tags"

    client.post(address, {"wanted": "on", "reason": REASON})
    run_pending_jobs(cluster)
    locked = lab.request("GET", tags)
    page = text(markup(client.get(reverse("ganeti:cluster-detail", args=("lab",)))))
    client.post(address, {"wanted": "off"})
    run_pending_jobs(cluster)

    assert "locked" in locked
    assert REASON in page
    assert "locked" not in lab.request("GET", tags)
    assert not GroupMaintenance.objects.exists()


def test_nodes_and_networks_of_a_real_cluster_are_read(cluster: Cluster) -> None:
    read = contents(cluster)
    networks = {network.name: network for network in read.networks}
    letters = networks["private-v4"].address_map
    capacity = capacity_of(cluster.slug, read)

    assert len(letters) == 256
    # The network's own address, its gateway, and the broadcast address.
    assert [n for n, letter in enumerate(letters) if letter == RESERVED] == [0, 1, 255]
    assert letters.count(FREE) == networks["private-v4"].free
    assert {node.role for node in read.nodes.values()} <= set("MCRDO")
    assert capacity.memory.total > capacity.memory.free > 0
    assert capacity.cpus > 0
    assert read.info.allocator == "hail"
