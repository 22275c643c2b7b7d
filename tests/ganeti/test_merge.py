"""Merging of answers with the previous contents of a cluster."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.ganeti.domain.cluster import ClusterInfo
from apps.ganeti.domain.instance import Instance, State
from apps.ganeti.domain.values import Unreadable
from apps.ganeti.models import Cluster
from apps.ganeti.state import merge
from apps.ganeti.state.merge import Configuration, LiveState, NoContentsError
from apps.ganeti.state.snapshots import StampedContents
from tests.ganeti.query_fields import instance_fields

ATHENS = Cluster(slug="athens")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=10)
LATER_STILL = NOON + timedelta(seconds=20)
INFO = ClusterInfo.from_rapi({"name": "athens", "software_version": "3.0.2"})
NAMELESS = Unreadable("network", "lan", "it has no name")


def fields(name: str, **changes: Any) -> dict[str, Any]:
    return {"pnode.group": "default", **instance_fields(name, **changes)}


def instance(name: str, **changes: Any) -> Instance:
    return merge.reader(ATHENS)(fields(name, **changes))


def configured(*instances: Instance, slow: bool = False) -> Configuration:
    return Configuration(
        instances=list(instances),
        nodes=[],
        groups=[],
        slow=slow,
        info=INFO if slow else None,
        networks=(),
        unreadable=(NAMELESS,) if slow else (),
    )


def live(**statuses: str) -> LiveState:
    rows = {name: {"name": name, "status": s} for name, s in statuses.items()}
    return LiveState(rows, {})


def refresh_some(
    previous: StampedContents | None, rows: Mapping[str, Any], at: datetime, *names: str
) -> StampedContents:
    return merge.merge_instances(previous, ATHENS, names, rows, at)


@pytest.fixture
def previous() -> StampedContents:
    """Return the contents at noon: web1 and web2 run."""
    answer = configured(instance("web1"), instance("web2"), slow=True)
    return merge.merge_all(
        None, ATHENS, answer, live(web1="running", web2="running"), NOON
    )


def test_the_first_refresh_stores_all_instances(previous: StampedContents) -> None:
    assert list(previous.contents.instances) == ["web1", "web2"]
    stamp = previous.stamp
    assert stamp.fetched_at == stamp.live_at == stamp.slow_at == NOON


def test_states_are_kept_without_live_data(previous: StampedContents) -> None:
    answer = configured(instance("web1", pnode="node2"), instance("new1"))

    merged = merge.merge_all(previous, ATHENS, answer, None, LATER)

    instances = merged.contents.instances
    assert list(instances) == ["web1", "new1"]
    assert instances["web1"].primary_node == "node2"
    assert instances["web1"].state is State.RUNNING
    assert instances["new1"].state is State.UNKNOWN
    assert (merged.stamp.fetched_at, merged.stamp.live_at) == (LATER, NOON)


def test_an_instance_missing_in_live_data_keeps_its_last_state(
    previous: StampedContents,
) -> None:
    answer = configured(instance("web1"), instance("web2"))

    merged = merge.merge_all(previous, ATHENS, answer, live(web2="running"), LATER)

    unseen = merged.contents.instances["web1"]
    assert unseen.state is State.UNKNOWN
    assert (unseen.last_seen, unseen.seen_at) == (State.RUNNING, NOON)
    assert merged.stamp.live_at == LATER


def test_equal_instances_stay_the_same_objects(previous: StampedContents) -> None:
    answer = configured(instance("web1"), instance("web2", be_vcpus=4))

    merged = merge.merge_all(
        previous, ATHENS, answer, live(web1="running", web2="running"), LATER
    )

    old_instances, new_instances = (
        previous.contents.instances,
        merged.contents.instances,
    )
    assert new_instances["web1"] is old_instances["web1"]
    assert new_instances["web2"].vcpus == 4


def test_slow_data_are_kept_until_fetched_again(previous: StampedContents) -> None:
    quick = merge.merge_all(previous, ATHENS, configured(), live(), LATER)
    slow = merge.merge_all(quick, ATHENS, configured(slow=True), live(), LATER_STILL)

    assert quick.contents.info == INFO
    assert quick.contents.unreadable == (NAMELESS,)
    assert quick.stamp.slow_at == NOON
    assert slow.contents.unreadable == (NAMELESS,)
    assert slow.stamp.slow_at == LATER_STILL


def test_a_refresh_of_some_keeps_other_instances(previous: StampedContents) -> None:
    rows = {"web1": fields("web1", status="ADMIN_down")}

    merged = refresh_some(previous, rows, LATER, "web1")

    assert merged.contents.instances["web1"].state is State.STOPPED
    assert merged.contents.instances["web2"] is previous.contents.instances["web2"]
    assert merged.stamp == replace(previous.stamp, touched={"web1": LATER})


def test_an_instance_without_a_row_is_removed(previous: StampedContents) -> None:
    merged = refresh_some(previous, {}, LATER, "web1")

    assert list(merged.contents.instances) == ["web2"]


def test_a_first_refresh_of_some_instances_is_refused() -> None:
    with pytest.raises(NoContentsError):
        refresh_some(None, {}, NOON, "web1")


def test_an_older_answer_does_not_undo_a_refresh_of_some(
    previous: StampedContents,
) -> None:
    newer = refresh_some(previous, {}, LATER, "web1")
    older = configured(instance("web1"), instance("web2"))

    merged = merge.merge_all(
        newer, ATHENS, older, live(web1="running", web2="ADMIN_down"), NOON
    )

    assert list(merged.contents.instances) == ["web2"]
    assert merged.contents.instances["web2"].state is State.STOPPED


def test_a_newer_answer_replaces_a_refresh_of_some(previous: StampedContents) -> None:
    touched = refresh_some(previous, {}, LATER, "web1")
    answer = configured(instance("web1"), instance("web2"))

    merged = merge.merge_all(touched, ATHENS, answer, live(web1="running"), LATER_STILL)

    assert merged.contents.instances["web1"].state is State.RUNNING


def test_refreshes_of_some_are_forgotten_after_a_while(
    previous: StampedContents,
) -> None:
    touched = refresh_some(previous, {}, LATER, "web1")

    merged = merge.merge_all(
        touched, ATHENS, configured(), live(), LATER + timedelta(minutes=6)
    )

    assert merged.stamp.touched == {}
