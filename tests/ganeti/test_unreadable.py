"""What no Ganeti answers costs the row that it stands in, and nothing else."""

import logging
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.ganeti.domain import values
from apps.ganeti.domain.cluster import ClusterInfo
from apps.ganeti.domain.instance import CONFIG_FIELDS, LIVE_FIELDS, Instance
from apps.ganeti.domain.network import GanetiNetwork
from apps.ganeti.domain.node import (
    GROUP_FIELDS,
    NODE_CONFIG_FIELDS,
    NODE_LIVE_FIELDS,
    Node,
    NodeGroup,
)
from apps.ganeti.domain.values import UnreadableError
from apps.ganeti.models import Cluster
from apps.ganeti.state import refreshing, snapshots
from tests.ganeti.fakes import Call, FakeRapi, instance_fields
from tests.ganeti.state import contents, current, state_of

STRANGE: list[Any] = [
    *(1e18, 1e400, float("nan"), -1e18, 10**400, "text", "\ud83d", True),
    *([], [[]], [None], {}, {"a": []}, [{"min": 1}], "x" * 10**5, "a/b", "", "a\nb"),
]


def lost(cluster: Cluster) -> list[tuple[str, str]]:
    return [(one.kind, one.name) for one in contents(cluster).unreadable]


# -- one row


@pytest.mark.parametrize("value", [1e18, "yesterday", [1], float("nan")])
def test_an_instance_of_an_impossible_time_is_lost_alone(
    cluster: Cluster, rapi: FakeRapi, value: object
) -> None:
    rapi.change("web1", ctime=value)

    assert refreshing.refresh(cluster)

    assert lost(cluster) == [("instance", "web1")]
    assert contents(cluster).instances.keys() == rapi.instances.keys() - {"web1"}
    assert not current(cluster).down


def test_objects_of_every_kind_are_lost_alone(cluster: Cluster, rapi: FakeRapi) -> None:
    rapi.change("db1", **{"be/vcpus": "two"})
    rapi.nodes["node3"]["mfree"] = "plenty"
    rapi.groups["default"]["tags"] = 7
    rapi.networks = [{"name": "one", "free_count": []}, {"name": "two"}, "three"]  # type: ignore[list-item]

    assert refreshing.refresh(cluster)

    assert set(lost(cluster)) == {
        ("instance", "db1"),
        ("node", "node3"),
        ("group", "default"),
        ("network", "one"),
        ("network", ""),
    }
    assert [network.name for network in contents(cluster).networks] == ["two"]


def test_a_group_that_cannot_be_read_counts_as_under_maintenance(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.groups["default"]["tags"] = 7

    refreshing.refresh(cluster)

    assert contents(cluster).groups["default"].locked


def test_what_a_cluster_says_of_itself_may_be_nonsense(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.info["tags"] = {"none": "at all"}

    assert refreshing.refresh(cluster)

    assert lost(cluster) == [("cluster", "athens.example.org")]
    assert contents(cluster).instances


def test_an_instance_that_became_unreadable_disappears_alone(
    cluster: Cluster, published: FakeRapi
) -> None:
    published.change("web1", tags=[["no tag"]])

    refreshing.refresh_instances(cluster, ["web1", "web2"])

    assert lost(cluster) == [("instance", "web1")]
    assert "web2" in contents(cluster).instances


def test_what_can_be_read_again_is_there_again(
    cluster: Cluster, published: FakeRapi
) -> None:
    published.change("web1", ctime=1e18)
    refreshing.refresh(cluster, force=True)
    published.change("web1", ctime=1.7e9)

    refreshing.refresh_instances(cluster, ["web1"])

    assert lost(cluster) == []
    assert "web1" in contents(cluster).instances


def test_it_is_logged_once(
    cluster: Cluster, rapi: FakeRapi, caplog: pytest.LogCaptureFixture
) -> None:
    rapi.change("web1", ctime=1e18)
    rapi.networks = [{"name": "one", "free_count": []}]

    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert refreshing.refresh(cluster, force=True)

    assert [record.getMessage() for record in caplog.records] == [
        "athens: instance web1 left out: ctime: 1e+18",
        "athens: network one left out: free_count: list",
    ]


# -- a whole refresh


def test_whatever_a_refresh_raises_is_a_failure_of_it(
    cluster: Cluster, published: FakeRapi, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(_call: Call) -> None:
        raise RecursionError("too deep")

    published.on_call = break_down

    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            assert not refreshing.refresh(cluster, force=True)

    state = state_of(cluster)
    assert state.failures == 2
    assert state.next_at is not None
    assert "RecursionError: too deep" in state.last_error
    assert current(cluster).down
    assert sum(bool(record.exc_info) for record in caplog.records) == 1


# -- any value in any row


def read_instance(row: values.Values) -> object:
    read = Instance.from_rapi(row, cluster="athens", tag_prefix="ganetimgr")
    return (
        read.with_live_state(row, None, None),
        read.search_text,
        read.sort_key,
        hash(read.tags.raw),
    )


def read_network(row: values.Values) -> object:
    return GanetiNetwork.from_rapi(row).connection("default")


READERS = {
    "instance": (read_instance, (*CONFIG_FIELDS, *LIVE_FIELDS)),
    "node": (
        lambda row: Node.from_rapi(row, row),
        NODE_CONFIG_FIELDS + NODE_LIVE_FIELDS,
    ),
    "group": (NodeGroup.from_rapi, GROUP_FIELDS),
    "network": (read_network, ("name", "group_list", "free_count", "network", "tags")),
    "cluster": (ClusterInfo.from_rapi, ("name", "ipolicy", "tags", "software_version")),
}
JSON = st.recursive(
    st.sampled_from(STRANGE) | st.none() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["min", "max", "minmax", "tags"]), inner)
    ),
    max_leaves=6,
)


@given(st.data())
@pytest.mark.parametrize("kind", READERS)
def test_any_row_is_read_or_unreadable(kind: str, data: st.DataObject) -> None:
    read, fields = READERS[kind]
    plain: dict[str, Any] = dict.fromkeys(fields)
    if kind == "instance":
        plain |= instance_fields("web1") | {"pnode.group": "default"}
    strange = st.fixed_dictionaries({}, optional=dict.fromkeys(fields, JSON))
    row = {**plain, "name": "one", **data.draw(strange)}

    try:
        found = read(row)
    except UnreadableError as exc:
        assert len(str(exc)) < 200
    else:
        assert str(found).encode()


@pytest.mark.parametrize("value", STRANGE, ids=lambda value: repr(value)[:20])
def test_a_cluster_of_strange_answers_is_refreshed_and_shown(
    cluster: Cluster, rapi: FakeRapi, client: Client, root: User, value: object
) -> None:
    for field in {*CONFIG_FIELDS} - {"pnode"}:  # by which the fake goes itself
        rapi.add(f"odd{field}".replace("/", "-"))[field] = value
    for field in ("status", "oper_state"):
        rapi.add(f"odd{field}")[field] = value
    rapi.networks = [{"name": "odd", key: value} for key in ("tags", "group_list")]
    client.force_login(root)

    assert refreshing.refresh(cluster, force=True)

    assert "web1" in contents(cluster).instances
    assert client.get("/?size=100").status_code == 200


def test_staff_see_what_cannot_be_read_and_owners_do_not(
    cluster: Cluster, rapi: FakeRapi, client: Client, olga: User, alice: User
) -> None:
    rapi.change("db1", ctime=1e18)
    refreshing.refresh(cluster)
    snapshots.forget()

    client.force_login(olga)
    assert "db1" in (page := client.get("/").content.decode())
    assert "ctime: 1e+18" in page

    client.force_login(alice)
    assert "db1" not in client.get("/").content.decode()
