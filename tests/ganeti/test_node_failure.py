"""What would happen if a node failed."""

from apps.ganeti.models import Cluster
from apps.ganeti.reads import node_failure
from apps.ganeti.reads.node_failure import NodeFailure
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.state import contents


def failure_of(cluster: Cluster, name: str) -> NodeFailure:
    assert refreshing.refresh(cluster, force=True)
    cluster_contents = contents(cluster)
    return node_failure.simulate(cluster_contents, cluster_contents.nodes[name])


def test_instances_move_to_their_secondary_node(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    failure = failure_of(cluster, "node1")

    (failover,) = failure.failovers
    assert failover.node.name == "node2"
    assert {each.name for each in failover.instances} == {
        *("web1", "web2", "mail1", "db1")
    }
    # One of them is stopped.
    assert (failover.needed_mib, failover.fits) == (3 * 1024, True)
    assert failure.down == []
    assert [each.name for each in failure.unmirrored] == ["web10"]


def test_a_node_without_enough_memory_is_named(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.nodes["node2"]["mfree"] = 1024

    (failover,) = failure_of(cluster, "node1").failovers

    assert not failover.fits


def test_instances_without_another_node_would_be_down(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.add("plain1", disk_template="plain", snodes=[])
    rapi.add("shared1", disk_template="sharedfile", snodes=[])
    rapi.nodes["node2"] |= {"offline": True, "role": "O"}

    failure = failure_of(cluster, "node1")

    assert failure.failovers == []
    assert failure.anywhere == []
    assert {"plain1", "shared1", "web1"} <= {each.name for each in failure.down}


def test_instances_on_shared_storage_start_on_any_node_of_the_group(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.add("shared1", disk_template="sharedfile", snodes=[])

    failure = failure_of(cluster, "node1")

    assert [each.name for each in failure.anywhere] == ["shared1"]
