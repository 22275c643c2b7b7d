import time
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.ganeti.domain.instance import Instance, State
from apps.ganeti.models import Cluster, ClusterRefresh
from apps.ganeti.rapi.errors import RapiUnreachable
from apps.ganeti.state import refreshing, snapshots
from tests.ganeti.fakes import Call, FakeRapi
from tests.ganeti.state import (
    contents,
    current,
    in_main_thread,
    machine,
    make_due,
    state_of,
)

# -- contents


def test_a_refresh_fetches_everything(cluster: Cluster, rapi: FakeRapi) -> None:
    assert refreshing.refresh(cluster)

    current_contents = contents(cluster)
    assert current_contents.info.version == "3.0.2"
    assert current_contents.instances.keys() == rapi.instances.keys()
    assert current_contents.nodes["node1"].memory_free_mib == 32768
    assert current_contents.groups["spare"].locked
    assert current_contents.instances["web1"].state is State.RUNNING


def test_a_removed_machine_disappears(cluster: Cluster, published: FakeRapi) -> None:
    del published.instances["db1"]

    refreshing.refresh(cluster, force=True)

    assert "db1" not in contents(cluster).instances


def test_slow_data_are_not_fetched_every_time(
    cluster: Cluster, published: FakeRapi
) -> None:
    refreshing.refresh(cluster, force=True)

    paths = {call.path for call in published.calls}
    assert paths == {"/2/query/instance", "/2/query/node", "/2/query/group"}


def test_slow_data_are_fetched_again_after_a_while(
    cluster: Cluster, published: FakeRapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    published.info["software_version"] = "3.1.0"
    monkeypatch.setattr(refreshing, "SLOW_EVERY", timedelta(0))

    refreshing.refresh(cluster, force=True)

    assert contents(cluster).info.version == "3.1.0"


# -- slow and silent nodes


def test_slow_nodes_do_not_delay_the_configuration(
    cluster: Cluster, rapi: FakeRapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refreshing, "LIVE_GRACE_S", 0.05)
    published_states: list[State] = []

    def wait_for_publication(call: Call) -> None:
        deadline = time.monotonic() + 5
        while call.asks_nodes and not published_states and time.monotonic() < deadline:
            snapshot = snapshots.current([cluster])[0]
            if snapshot.contents:
                published_states.append(snapshot.contents.instances["web1"].state)
            time.sleep(0.01)

    cluster = Cluster.objects.select_related("refresh_state").get()
    rapi.on_call = wait_for_publication
    refreshing.refresh(cluster)

    assert published_states == [State.UNKNOWN]
    assert machine(cluster, "web1").state is State.RUNNING


def test_the_last_state_is_kept_while_nodes_are_slow(
    cluster: Cluster, published: FakeRapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refreshing, "LIVE_GRACE_S", 0.05)
    generation = current(cluster).generation
    published_instances: list[Instance] = []
    reloaded = Cluster.objects.select_related("refresh_state").get()

    def wait_for_publication(call: Call) -> None:
        deadline = time.monotonic() + 5
        while (
            call.asks_nodes and not published_instances and time.monotonic() < deadline
        ):
            snapshot = snapshots.current([reloaded])[0]
            if snapshot.generation != generation and snapshot.contents:
                published_instances.append(snapshot.contents.instances["web1"])
            time.sleep(0.01)

    published.change("web1", status="ADMIN_down", tags=["ganetimgr:user:bob"])
    published.on_call = wait_for_publication
    refreshing.refresh(cluster, force=True)

    assert published_instances[0].tags.users == ("bob",)
    assert published_instances[0].state is State.RUNNING
    assert machine(cluster, "web1").state is State.STOPPED


def test_machines_of_a_silent_node_are_unknown_not_stopped(
    cluster: Cluster, published: FakeRapi
) -> None:
    live_at = current(cluster).live_at
    published.silent_nodes.add("node2")

    refreshing.refresh(cluster, force=True)

    instance = machine(cluster, "web10")
    assert (instance.state, instance.running) == (State.NODE_DOWN, None)
    assert (instance.last_seen, instance.seen_at) == (State.RUNNING, live_at)
    assert machine(cluster, "web1").state is State.RUNNING


def test_a_node_that_stays_silent_keeps_the_generation(
    cluster: Cluster, published: FakeRapi
) -> None:
    published.silent_nodes.add("node2")
    refreshing.refresh(cluster, force=True)
    generation = current(cluster).generation

    refreshing.refresh(cluster, force=True)

    assert current(cluster).generation == generation


def test_states_are_unknown_if_no_node_can_be_queried(
    cluster: Cluster, published: FakeRapi
) -> None:
    def fail(call: Call) -> None:
        if call.asks_nodes:
            raise RapiUnreachable("It didn't respond in time.", sent=True)

    published.on_call = fail

    assert refreshing.refresh(cluster, force=True)

    instance = machine(cluster, "web1")
    assert (instance.state, instance.last_seen) == (State.UNKNOWN, State.RUNNING)
    assert not current(cluster).down


def test_the_time_of_the_last_state_is_kept_while_nodes_are_silent(
    cluster: Cluster, published: FakeRapi
) -> None:
    live_at = current(cluster).live_at

    def fail(call: Call) -> None:
        if call.asks_nodes:
            raise RapiUnreachable("It didn't respond in time.", sent=True)

    published.on_call = fail
    refreshing.refresh(cluster, force=True)
    refreshing.refresh(cluster, force=True)

    assert machine(cluster, "web1").seen_at == live_at


# -- leases and due times


def test_a_refresh_is_skipped_while_another_runs(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    results: list[bool] = []

    def refresh_again(_call: Call) -> None:
        if in_main_thread() and not results:
            results.append(refreshing.refresh(cluster, force=True))

    rapi.on_call = refresh_again

    assert refreshing.refresh(cluster)
    assert results == [False]
    assert sum(call.path == "/2/info" for call in rapi.calls) == 1


def test_another_processs_lease_is_respected_until_it_expires(
    cluster: Cluster, published: FakeRapi
) -> None:
    now = timezone.now()
    states = ClusterRefresh.objects.filter(cluster=cluster)

    states.update(holder="another", leased_until=now + timedelta(seconds=60))
    assert not refreshing.refresh(cluster, force=True)
    assert published.calls == []

    states.update(leased_until=now - timedelta(seconds=1))
    assert refreshing.refresh(cluster, force=True)


def test_a_lost_lease_is_not_released(cluster: Cluster, rapi: FakeRapi) -> None:
    def take_lease(_call: Call) -> None:
        if in_main_thread():
            ClusterRefresh.objects.update(holder="another")

    rapi.on_call = take_lease
    refreshing.refresh(cluster)

    assert state_of(cluster).holder == "another"


def test_a_cluster_is_not_refreshed_before_it_is_due(
    cluster: Cluster, published: FakeRapi
) -> None:
    assert not refreshing.refresh(cluster)
    assert published.calls == []
    assert refreshing.due_clusters([cluster], timezone.now()) == []


def test_a_cluster_is_refreshed_when_due(cluster: Cluster, published: FakeRapi) -> None:
    make_due(cluster)

    assert refreshing.due_clusters([cluster], timezone.now()) == [cluster]
    assert refreshing.refresh(cluster)


# -- outages


def test_a_cluster_that_is_down_keeps_its_last_snapshot_with_its_age(
    cluster: Cluster, published: FakeRapi
) -> None:
    previous = current(cluster)
    published.go_down()

    assert not refreshing.refresh(cluster, force=True)

    failed = current(cluster)
    assert failed.contents is previous.contents
    assert failed.fetched_at == previous.fetched_at
    assert failed.down
    assert failed.error == "It refused the connection."


@pytest.mark.parametrize(
    ("interval_s", "expected"), [(15, [15, 30, 60, 60, 60]), (300, [300] * 5)]
)
def test_pauses_grow_with_failures_up_to_a_minute_or_the_interval(
    cluster: Cluster,
    rapi: FakeRapi,
    settings: Settings,
    interval_s: int,
    expected: list[int],
) -> None:
    settings.SNAPSHOT_REFRESH_SECONDS = interval_s
    rapi.go_down()
    pauses = []

    for _ in range(5):
        refreshing.refresh(cluster, force=True)
        next_at = state_of(cluster).next_at
        assert next_at is not None
        pauses.append(round((next_at - timezone.now()).total_seconds()))

    assert pauses == expected


def test_after_a_failure_only_the_version_is_queried_first(
    cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)
    published.calls.clear()

    refreshing.refresh(cluster, force=True)

    assert [call.path for call in published.calls] == ["/version"]


def test_a_cluster_that_responds_again_is_no_longer_down(
    cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)
    published.come_back()

    assert refreshing.refresh(cluster, force=True)

    state = state_of(cluster)
    assert (state.failures, state.failing_since, state.last_error) == (0, None, "")
    assert not current(cluster).down


def test_the_beginning_of_an_outage_is_kept(
    cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)
    since = current(cluster).failing_since

    refreshing.refresh(cluster, force=True)

    assert current(cluster).failing_since == since


def test_an_undecryptable_password_is_a_failure(
    cluster: Cluster, published: FakeRapi
) -> None:
    cluster.password_encrypted = "not ours"
    cluster.save()

    assert not refreshing.refresh(cluster, force=True)
    assert "No key" in current(cluster).error


def test_a_cluster_that_is_down_does_not_affect_another(
    cluster: Cluster, published: FakeRapi, rapi_by_host: dict[str, FakeRapi]
) -> None:
    sparta = Cluster.objects.create(hostname="sparta.example.org", slug="sparta")
    published.go_down()

    refreshing.refresh(cluster, force=True)

    assert refreshing.refresh(sparta)
    assert not current(sparta).down
