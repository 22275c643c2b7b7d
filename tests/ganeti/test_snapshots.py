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
    shot = current(cluster)

    assert (shot.published, shot.contents, shot.generation) == (None, None, "")
    assert not shot.down


def test_reading_asks_no_cluster(cluster: Cluster, published: FakeRapi) -> None:
    current(cluster)

    assert published.calls == []


def test_another_process_reads_what_one_published(
    cluster: Cluster, published: FakeRapi
) -> None:
    mine = contents(cluster)
    snapshots.clear_memory()

    theirs = contents(cluster)

    assert theirs == mine
    assert theirs is not mine


def test_a_process_keeps_what_it_decoded_until_there_is_news(
    cluster: Cluster, published: FakeRapi
) -> None:
    assert contents(cluster) is contents(cluster)


def test_equal_contents_keep_their_generation(
    cluster: Cluster, published: FakeRapi
) -> None:
    before = current(cluster)

    refreshing.refresh(cluster, force=True)

    after = current(cluster)
    assert after.generation == before.generation
    assert after.fetched_at is not None
    assert before.fetched_at is not None
    assert after.fetched_at > before.fetched_at


def test_news_make_a_new_generation_and_forget_the_old(
    cluster: Cluster, published: FakeRapi
) -> None:
    before = current(cluster).generation
    published.change("web1", status="ERROR_down")

    refreshing.refresh(cluster, force=True)

    assert current(cluster).generation != before
    assert not cache.has_key(f"{snapshots._key(cluster)}:{before}")


def test_what_did_not_change_stays_the_same_object(
    cluster: Cluster, published: FakeRapi
) -> None:
    before = contents(cluster).instances["web1"]
    published.change("web2", status="running")

    refreshing.refresh(cluster, force=True)

    assert contents(cluster).instances["web1"] is before


def test_free_memory_on_a_node_leaves_what_was_made_of_the_instances(
    cluster: Cluster, published: FakeRapi
) -> None:
    before = contents(cluster)
    published.nodes["node1"]["mfree"] = 1

    refreshing.refresh(cluster, force=True)

    after = contents(cluster)
    assert after.nodes["node1"].memory_free_mib == 1
    assert after.instances is before.instances


def test_a_cache_that_lost_everything_gets_it_back(
    cluster: Cluster, published: FakeRapi
) -> None:
    cache.clear()

    refreshing.refresh(cluster, force=True)

    snapshots.clear_memory()
    assert "web1" in contents(cluster).instances


def test_while_the_cache_has_nothing_a_process_goes_on_with_what_it_has(
    cluster: Cluster, published: FakeRapi
) -> None:
    cache.clear()

    assert "web1" in contents(cluster).instances


def test_a_cache_that_hiccups_loses_nothing(
    cluster: Cluster, published: FakeRapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cluster may be down: nobody would write its contents again."""
    snapshots.clear_memory()
    with monkeypatch.context() as patch:
        patch.setattr(snapshots._contents, "get", lambda _key: None)
        assert current(cluster).published is None

    assert "web1" in contents(cluster).instances


def test_an_older_stamp_does_not_replace_newer_news(
    cluster: Cluster, published: FakeRapi
) -> None:
    key = snapshots._stamp_key(snapshots._key(cluster))
    old = cache.get(key)
    published.change("web1", status="ADMIN_down")
    refreshing.refresh(cluster, force=True)

    cache.set(key, old)

    assert contents(cluster).instances["web1"].state is State.STOPPED


def test_contents_travel_without_their_indexes(
    cluster: Cluster, published: FakeRapi
) -> None:
    found = contents(cluster)
    assert found.by_user["alice"]

    travelled = snapshots._contents.decode(snapshots._contents.encode(found))

    assert travelled == found
    assert "by_user" not in travelled.__dict__
    assert travelled.by_user.keys() == found.by_user.keys()


# -- what others wrote into the cache

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
    "planted",
    [
        pytest.param(b"\x80\x04N.", id="pickle"),
        pytest.param(packed({**CONTENTS, "instances": {"web1": 5}}), id="wrong type"),
        pytest.param(packed({**CONTENTS, "networks": None}), id="no list"),
        pytest.param(packed(["x"] * 100_000), id="a long list"),
    ],
)
def test_contents_of_wrong_types_count_as_missing_until_the_next_refresh(
    cluster: Cluster, published: FakeRapi, planted: bytes
) -> None:
    generation = current(cluster).generation
    snapshots.clear_memory()
    cache.set(snapshots._contents_key(snapshots._key(cluster), generation), planted)

    assert current(cluster).published is None
    refreshing.refresh(cluster, force=True)
    snapshots.clear_memory()
    assert "web1" in contents(cluster).instances


def test_what_could_not_be_read_again_is_not_published(
    cluster: Cluster, published: FakeRapi
) -> None:
    def with_a_text_for_memory(before: StampedContents | None) -> StampedContents:
        assert before
        node = replace(before.contents.nodes["node1"], memory_total_mib="much")  # type: ignore[arg-type]
        return replace(before, contents=replace(before.contents, nodes={"node1": node}))

    with pytest.raises(RapiProtocolError, match="unexpected type: Expected `int"):
        snapshots.publish(cluster, with_a_text_for_memory)

    assert "node2" in contents(cluster).nodes, "what was known stays"


@pytest.mark.parametrize("owner", ["alice", "dave"])
def test_owners_find_theirs_without_a_search(
    cluster: Cluster, published: FakeRapi, owner: str
) -> None:
    found = contents(cluster)

    assert all(owner in one.tags.users for one in found.by_user[owner])
