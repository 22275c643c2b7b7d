import time
from datetime import timedelta

import pytest
from django.utils import timezone

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

# -- what is fetched


def test_a_refresh_brings_everything(cluster: Cluster, rapi: FakeRapi) -> None:
    assert refreshing.refresh(cluster)

    found = contents(cluster)
    assert found.info.version == "3.0.2"
    assert found.instances.keys() == rapi.instances.keys()
    assert found.nodes["node1"].memory_free_mib == 32768
    assert found.groups["spare"].locked
    assert found.instances["web1"].state is State.RUNNING


def test_a_machine_that_is_gone_disappears(
    cluster: Cluster, published: FakeRapi
) -> None:
    del published.instances["db1"]

    refreshing.refresh(cluster, force=True)

    assert "db1" not in contents(cluster).instances


def test_what_changes_seldom_is_not_asked_every_time(
    cluster: Cluster, published: FakeRapi
) -> None:
    refreshing.refresh(cluster, force=True)

    paths = {call.path for call in published.calls}
    assert paths == {"/2/query/instance", "/2/query/node", "/2/query/group"}


def test_what_changes_seldom_is_asked_again_after_a_while(
    cluster: Cluster, published: FakeRapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    published.info["software_version"] = "3.1.0"
    monkeypatch.setattr(refreshing, "SLOW_EVERY", timedelta(0))

    refreshing.refresh(cluster, force=True)

    assert contents(cluster).info.version == "3.1.0"


# -- nodes that are slow or silent


def test_slow_nodes_do_not_delay_what_the_configuration_says(
    cluster: Cluster, rapi: FakeRapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refreshing, "LIVE_GRACE_S", 0.05)
    seen_meanwhile: list[State] = []

    def wait_for_publication(call: Call) -> None:
        deadline = time.monotonic() + 5
        while call.asks_nodes and not seen_meanwhile and time.monotonic() < deadline:
            shot = snapshots.current([cluster])[0]
            if shot.contents:
                seen_meanwhile.append(shot.contents.instances["web1"].state)
            time.sleep(0.01)

    cluster = Cluster.objects.select_related("refresh_state").get()
    rapi.on_call = wait_for_publication
    refreshing.refresh(cluster)

    assert seen_meanwhile == [State.UNKNOWN]
    assert machine(cluster, "web1").state is State.RUNNING


def test_while_nodes_are_slow_the_last_state_stays(
    cluster: Cluster, published: FakeRapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refreshing, "LIVE_GRACE_S", 0.05)
    before = current(cluster).generation
    meanwhile: list[Instance] = []
    known = Cluster.objects.select_related("refresh_state").get()

    def wait_for_publication(call: Call) -> None:
        deadline = time.monotonic() + 5
        while call.asks_nodes and not meanwhile and time.monotonic() < deadline:
            shot = snapshots.current([known])[0]
            if shot.generation != before and shot.contents:
                meanwhile.append(shot.contents.instances["web1"])
            time.sleep(0.01)

    published.change("web1", status="ADMIN_down", tags=["ganetimgr:user:bob"])
    published.on_call = wait_for_publication
    refreshing.refresh(cluster, force=True)

    assert meanwhile[0].tags.users == ("bob",)
    assert meanwhile[0].state is State.RUNNING
    assert machine(cluster, "web1").state is State.STOPPED


def test_machines_of_a_silent_node_are_unknown_not_stopped(
    cluster: Cluster, published: FakeRapi
) -> None:
    live_at = current(cluster).live_at
    published.silent_nodes.add("node2")

    refreshing.refresh(cluster, force=True)

    found = machine(cluster, "web10")
    assert (found.state, found.running) == (State.NODE_DOWN, None)
    assert (found.last_seen, found.seen_at) == (State.RUNNING, live_at)
    assert machine(cluster, "web1").state is State.RUNNING


def test_a_long_silence_is_no_news(cluster: Cluster, published: FakeRapi) -> None:
    published.silent_nodes.add("node2")
    refreshing.refresh(cluster, force=True)
    before = current(cluster).generation

    refreshing.refresh(cluster, force=True)

    assert current(cluster).generation == before


def test_when_no_node_can_be_asked_all_states_are_unknown(
    cluster: Cluster, published: FakeRapi
) -> None:
    def fail(call: Call) -> None:
        if call.asks_nodes:
            raise RapiUnreachable("It didn't respond in time.", sent=True)

    published.on_call = fail

    assert refreshing.refresh(cluster, force=True)

    found = machine(cluster, "web1")
    assert (found.state, found.last_seen) == (State.UNKNOWN, State.RUNNING)
    assert not current(cluster).down


def test_the_age_of_what_nodes_said_does_not_grow_younger_by_their_silence(
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


# -- one at a time


def test_whoever_comes_while_a_refresh_runs_joins_it(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    others: list[bool] = []

    def come_meanwhile(_call: Call) -> None:
        if in_main_thread() and not others:
            others.append(refreshing.refresh(cluster, force=True))

    rapi.on_call = come_meanwhile

    assert refreshing.refresh(cluster)
    assert others == [False]
    assert sum(call.path == "/2/info" for call in rapi.calls) == 1


def test_another_processs_lease_is_respected_until_it_runs_out(
    cluster: Cluster, published: FakeRapi
) -> None:
    now = timezone.now()
    states = ClusterRefresh.objects.filter(cluster=cluster)

    states.update(holder="another", leased_until=now + timedelta(seconds=60))
    assert not refreshing.refresh(cluster, force=True)
    assert published.calls == []

    states.update(leased_until=now - timedelta(seconds=1))
    assert refreshing.refresh(cluster, force=True)


def test_who_lost_the_lease_does_not_release_anothers(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    def take_it_away(_call: Call) -> None:
        if in_main_thread():
            ClusterRefresh.objects.update(holder="another")

    rapi.on_call = take_it_away
    refreshing.refresh(cluster)

    assert state_of(cluster).holder == "another"


def test_nothing_is_asked_before_it_is_due(
    cluster: Cluster, published: FakeRapi
) -> None:
    assert not refreshing.refresh(cluster)
    assert published.calls == []
    assert refreshing.due_clusters([cluster], timezone.now()) == []


def test_a_cluster_is_due_again_when_its_time_has_come(
    cluster: Cluster, published: FakeRapi
) -> None:
    make_due(cluster)

    assert refreshing.due_clusters([cluster], timezone.now()) == [cluster]
    assert refreshing.refresh(cluster)


# -- clusters that fail


def test_a_cluster_that_is_down_keeps_its_last_snapshot_with_its_age(
    cluster: Cluster, published: FakeRapi
) -> None:
    before = current(cluster)
    published.go_down()

    assert not refreshing.refresh(cluster, force=True)

    after = current(cluster)
    assert after.contents is before.contents
    assert after.fetched_at == before.fetched_at
    assert after.down
    assert after.error == "It refused the connection."


def test_pauses_grow_with_failures_up_to_a_minute(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.go_down()
    pauses = []

    for _ in range(5):
        refreshing.refresh(cluster, force=True)
        next_at = state_of(cluster).next_at
        assert next_at is not None
        pauses.append(round((next_at - timezone.now()).total_seconds()))

    assert pauses == [15, 30, 60, 60, 60]


def test_after_failures_one_cheap_call_tells_whether_to_try_the_rest(
    cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)
    published.calls.clear()

    refreshing.refresh(cluster, force=True)

    assert [call.path for call in published.calls] == ["/version"]


def test_a_cluster_that_answers_again_is_as_before(
    cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)
    published.come_back()

    assert refreshing.refresh(cluster, force=True)

    state = state_of(cluster)
    assert (state.failures, state.failing_since, state.last_error) == (0, None, "")
    assert not current(cluster).down


def test_the_beginning_of_a_failure_is_kept_while_it_lasts(
    cluster: Cluster, published: FakeRapi
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)
    since = current(cluster).failing_since

    refreshing.refresh(cluster, force=True)

    assert current(cluster).failing_since == since


def test_a_password_that_no_key_reads_is_a_failure_not_a_crash(
    cluster: Cluster, published: FakeRapi
) -> None:
    cluster.password_encrypted = "not ours"
    cluster.save()

    assert not refreshing.refresh(cluster, force=True)
    assert "No key" in current(cluster).error


def test_one_cluster_that_is_down_leaves_the_other_alone(
    cluster: Cluster, published: FakeRapi, farm: dict[str, FakeRapi]
) -> None:
    sparta = Cluster.objects.create(hostname="sparta.example.org", slug="sparta")
    published.go_down()

    refreshing.refresh(cluster, force=True)

    assert refreshing.refresh(sparta)
    assert not current(sparta).down
