import zlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from django.core.cache import cache

from apps.ganeti.domain.instance import State
from apps.ganeti.models import Cluster
from apps.ganeti.rapi.errors import RapiProtocolError
from apps.ganeti.state import refreshing, snapshots
from apps.ganeti.state.snapshots import StampedContents
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.state import contents, current


def test_before_the_first_refresh_nothing_is_known(cluster: Cluster) -> None:
    snapshot = current(cluster)

    assert (snapshot.published, snapshot.contents, snapshot.generation) == (
        None,
        None,
        "",
    )
    assert not snapshot.down


def test_reading_a_snapshot_calls_no_cluster(
    cluster: Cluster, published: FakeRapi
) -> None:
    current(cluster)

    assert published.calls == []


def test_another_process_reads_published_contents(
    cluster: Cluster, published: FakeRapi
) -> None:
    own = contents(cluster)
    snapshots.clear_memory()

    decoded = contents(cluster)

    assert decoded == own
    assert decoded is not own


def test_decoded_contents_are_kept(cluster: Cluster, published: FakeRapi) -> None:
    assert contents(cluster) is contents(cluster)


def test_equal_contents_keep_their_generation(
    cluster: Cluster, published: FakeRapi
) -> None:
    previous = current(cluster)

    refreshing.refresh(cluster, force=True)

    refreshed = current(cluster)
    assert refreshed.generation == previous.generation
    assert refreshed.fetched_at is not None
    assert previous.fetched_at is not None
    assert refreshed.fetched_at > previous.fetched_at


def test_a_change_makes_a_new_generation_and_deletes_the_old(
    cluster: Cluster, published: FakeRapi
) -> None:
    previous = current(cluster).generation
    published.change("web1", status="ERROR_down")

    refreshing.refresh(cluster, force=True)

    assert current(cluster).generation != previous
    assert not cache.has_key(f"{snapshots._key(cluster)}:{previous}")


def test_unchanged_instances_stay_the_same_objects(
    cluster: Cluster, published: FakeRapi
) -> None:
    previous = contents(cluster).instances["web1"]
    published.change("web2", status="running")

    refreshing.refresh(cluster, force=True)

    assert contents(cluster).instances["web1"] is previous


def test_a_change_of_a_node_keeps_the_instances(
    cluster: Cluster, published: FakeRapi
) -> None:
    previous = contents(cluster)
    published.nodes["node1"]["mfree"] = 1

    refreshing.refresh(cluster, force=True)

    refreshed = contents(cluster)
    assert refreshed.nodes["node1"].memory_free_mib == 1
    assert refreshed.instances is previous.instances


def test_a_cleared_cache_is_filled_by_a_refresh(
    cluster: Cluster, published: FakeRapi
) -> None:
    cache.clear()

    refreshing.refresh(cluster, force=True)

    snapshots.clear_memory()
    assert "web1" in contents(cluster).instances


def test_memory_is_used_while_the_cache_is_empty(
    cluster: Cluster, published: FakeRapi
) -> None:
    cache.clear()

    assert "web1" in contents(cluster).instances


def test_a_failed_read_of_the_cache_is_repeated(
    cluster: Cluster, published: FakeRapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the cluster is down, its contents would not be saved again."""
    snapshots.clear_memory()
    with monkeypatch.context() as patch:
        patch.setattr(snapshots._contents, "get", lambda _key: None)
        assert current(cluster).published is None

    assert "web1" in contents(cluster).instances


def test_an_older_stamp_does_not_replace_a_newer_one(
    cluster: Cluster, published: FakeRapi
) -> None:
    key = snapshots._stamp_key(snapshots._key(cluster))
    old_stamp = cache.get(key)
    published.change("web1", status="ADMIN_down")
    refreshing.refresh(cluster, force=True)

    cache.set(key, old_stamp)

    assert contents(cluster).instances["web1"].state is State.STOPPED


def test_contents_are_encoded_without_their_indexes(
    cluster: Cluster, published: FakeRapi
) -> None:
    current_contents = contents(cluster)
    assert current_contents.by_user["alice"]

    decoded = snapshots._contents.decode(snapshots._contents.encode(current_contents))

    assert decoded == current_contents
    assert "by_user" not in decoded.__dict__
    assert decoded.by_user.keys() == current_contents.by_user.keys()


# -- invalid data in the cache

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
STAMP: dict[str, Any] = {
    "generation": "g",
    "fetched_at": NOW,
    "live_at": None,
    "slow_at": NOW,
    "touched": {},
}
CONTENTS: dict[str, Any] = {
    "info": {},
    "instances": {},
    "nodes": {},
    "groups": {},
    "networks": [],
}


def packed(value: object) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(value))


@pytest.mark.parametrize(
    "stamp",
    [
        pytest.param("news", id="no bytes"),
        pytest.param(b"garbage", id="not compressed"),
        pytest.param(packed(STAMP)[:-9], id="truncated"),
        pytest.param(packed([]), id="another type"),
        pytest.param(packed({**STAMP, "fetched_at": 5}), id="a number for a time"),
        pytest.param(
            packed({**STAMP, "fetched_at": "2026-11-26T12:00:00"}), id="no time zone"
        ),
        pytest.param(packed({**STAMP, "touched": {"web1": None}}), id="nested"),
        pytest.param(packed({"generation": "g"}), id="of an older version"),
    ],
)
def test_a_stamp_of_wrong_types_counts_as_missing(
    cluster: Cluster,
    published: FakeRapi,
    stamp: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    snapshots.clear_memory()
    cache.set(snapshots._stamp_key(snapshots._key(cluster)), stamp)

    assert current(cluster).published is None
    assert "counts as missing" in caplog.text


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param(b"\x80\x04N.", id="pickle"),
        pytest.param(packed({**CONTENTS, "instances": {"web1": 5}}), id="wrong type"),
        pytest.param(packed({**CONTENTS, "networks": None}), id="no list"),
        pytest.param(packed(["x"] * 100_000), id="a long list"),
    ],
)
def test_contents_of_wrong_types_count_as_missing_until_the_next_refresh(
    cluster: Cluster, published: FakeRapi, stored: bytes
) -> None:
    generation = current(cluster).generation
    snapshots.clear_memory()
    cache.set(snapshots._contents_key(snapshots._key(cluster), generation), stored)

    assert current(cluster).published is None
    refreshing.refresh(cluster, force=True)
    snapshots.clear_memory()
    assert "web1" in contents(cluster).instances


def test_contents_that_cannot_be_decoded_are_not_published(
    cluster: Cluster, published: FakeRapi
) -> None:
    def replace_memory_by_text(previous: StampedContents | None) -> StampedContents:
        assert previous
        node = replace(previous.contents.nodes["node1"], memory_total_mib="much")  # type: ignore[arg-type]
        return replace(
            previous, contents=replace(previous.contents, nodes={"node1": node})
        )

    with pytest.raises(RapiProtocolError, match="unexpected type: Expected `int"):
        snapshots.publish(cluster, replace_memory_by_text)

    assert "node2" in contents(cluster).nodes, "what was known stays"


@pytest.mark.parametrize("owner", ["alice", "dave"])
def test_contents_are_indexed_by_owner(
    cluster: Cluster, published: FakeRapi, owner: str
) -> None:
    current_contents = contents(cluster)

    assert all(
        owner in instance.tags.users for instance in current_contents.by_user[owner]
    )
