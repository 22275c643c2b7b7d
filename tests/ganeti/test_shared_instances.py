"""Equal instances stay the same objects; derived values are kept."""

from collections.abc import Sequence

import pytest

from apps.ganeti.domain.instance import Instance
from apps.ganeti.models import Cluster
from apps.ganeti.reads import inventory
from apps.ganeti.state import refreshing, snapshots
from apps.ganeti.state.shared_instances import Derived, Instances, reuse_if_equal
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.state import contents, machine


def instances(*names: str) -> Instances:
    return {
        name: Instance.from_rapi({"name": name}, cluster="athens", tag_prefix="")
        for name in names
    }


@pytest.fixture
def computations() -> list[Sequence[Instances]]:
    return []


@pytest.fixture
def derived(computations: list[Sequence[Instances]]) -> Derived[int]:
    """Return a derived value: the number of instances."""

    def count(clusters: Sequence[Instances]) -> int:
        computations.append(clusters)
        return sum(map(len, clusters))

    return Derived(count)


def test_equal_instances_keep_the_previous_object() -> None:
    previous, current = instances("web1"), instances("web1")

    assert reuse_if_equal(previous, current) is previous


def test_different_instances_replace_the_previous_object() -> None:
    current = instances("web2")

    assert reuse_if_equal(instances("web1"), current) is current
    assert reuse_if_equal(None, current) is current


def test_a_derived_value_is_computed_once(
    derived: Derived[int], computations: list[Sequence[Instances]]
) -> None:
    athens, berlin = instances("web1"), instances("web2", "web3")

    assert [derived.of([athens, berlin]) for _ in range(3)] == [3, 3, 3]
    assert len(computations) == 1


def test_a_derived_value_is_computed_again_when_a_cluster_changes(
    derived: Derived[int], computations: list[Sequence[Instances]]
) -> None:
    athens, berlin = instances("web1"), instances("web2", "web3")
    derived.of([athens, berlin])

    assert derived.of([athens, instances("web2")]) == 2
    assert derived.of([athens]) == 1
    assert derived.of([]) == 0
    assert len(computations) == 4


def test_another_process_keeps_its_equal_instances(
    cluster: Cluster, published: FakeRapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    previous = contents(cluster)
    memory = dict(snapshots._memory)
    published.nodes["node1"]["mfree"] = 1
    refreshing.refresh(cluster, force=True)

    snapshots.clear_memory()
    snapshots._memory.update(memory)

    current = contents(cluster)
    assert current.nodes["node1"].memory_free_mib == 1
    assert current.instances is previous.instances
    assert machine(cluster, "web1") is previous.instances["web1"]


def test_instances_of_all_clusters_are_merged_once(
    cluster: Cluster, published: FakeRapi
) -> None:
    current = snapshots.current([cluster])
    instances = [
        snapshot.contents.instances for snapshot in current if snapshot.contents
    ]

    assert inventory._all_instances.of(instances) is inventory._all_instances.of(
        instances
    )
