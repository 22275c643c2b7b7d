"""Equal instances stay the same objects, and what was made of them is kept."""

from collections.abc import Sequence

import pytest

from apps.ganeti.domain.instance import Instance
from apps.ganeti.models import Cluster
from apps.ganeti.reads import inventory
from apps.ganeti.state import refreshing, snapshots
from apps.ganeti.state.shared_instances import Derived, Instances, old_if_equal
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.state import contents, machine


def instances(*names: str) -> Instances:
    return {
        name: Instance.from_rapi({"name": name}, cluster="athens", tag_prefix="")
        for name in names
    }


@pytest.fixture
def made() -> list[Sequence[Instances]]:
    return []


@pytest.fixture
def derived(made: list[Sequence[Instances]]) -> Derived[int]:
    """Return how many instances there are, counted once."""

    def count(clusters: Sequence[Instances]) -> int:
        made.append(clusters)
        return sum(map(len, clusters))

    return Derived(count)


def test_an_equal_value_stays_the_same_object() -> None:
    old, new = instances("web1"), instances("web1")

    assert old_if_equal(old, new) is old


def test_another_value_takes_the_place_of_the_old_one() -> None:
    new = instances("web2")

    assert old_if_equal(instances("web1"), new) is new
    assert old_if_equal(None, new) is new


def test_a_derived_value_is_made_once(
    derived: Derived[int], made: list[Sequence[Instances]]
) -> None:
    athens, berlin = instances("web1"), instances("web2", "web3")

    assert [derived.of([athens, berlin]) for _ in range(3)] == [3, 3, 3]
    assert len(made) == 1


def test_a_derived_value_is_made_again_when_a_cluster_changes(
    derived: Derived[int], made: list[Sequence[Instances]]
) -> None:
    athens, berlin = instances("web1"), instances("web2", "web3")
    derived.of([athens, berlin])

    assert derived.of([athens, instances("web2")]) == 2
    assert derived.of([athens]) == 1
    assert derived.of([]) == 0
    assert len(made) == 4


def test_another_process_keeps_its_instances_while_they_are_equal(
    cluster: Cluster, published: FakeRapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(cluster)
    mine = dict(snapshots._memory)
    published.nodes["node1"]["mfree"] = 1
    refreshing.refresh(cluster, force=True)

    snapshots.forget()
    snapshots._memory.update(mine)

    after = contents(cluster)
    assert after.nodes["node1"].memory_free_mib == 1
    assert after.instances is before.instances
    assert machine(cluster, "web1") is before.instances["web1"]


def test_lists_of_everything_are_merged_once(
    cluster: Cluster, published: FakeRapi
) -> None:
    shots = snapshots.current([cluster])
    known = [shot.contents.instances for shot in shots if shot.contents]

    assert inventory._all_instances.of(known) is inventory._all_instances.of(known)
