from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone

from apps.ganeti.domain.instance import State
from apps.ganeti.models import Cluster, ClusterRefresh
from apps.ganeti.state import refreshing, snapshots
from tests.ganeti.fakes import Call, FakeRapi
from tests.ganeti.state import contents, current, in_main_thread, machine, make_due

# -- some machines


def test_some_machines_are_refreshed_by_one_call(
    cluster: Cluster, published: FakeRapi
) -> None:
    published.change("web1", status="ADMIN_down")
    published.change("web2", status="running")

    refreshing.refresh_instances(cluster, ["web1"])

    assert len(published.calls) == 1
    assert machine(cluster, "web1").state is State.STOPPED
    assert machine(cluster, "web2").state is State.STOPPED


def test_a_removed_machine_disappears(cluster: Cluster, published: FakeRapi) -> None:
    del published.instances["web1"]

    refreshing.refresh_instances(cluster, ["web1"])

    assert "web1" not in contents(cluster).instances
    assert "web2" in contents(cluster).instances


def test_a_new_machine_appears(cluster: Cluster, published: FakeRapi) -> None:
    published.add("new1")

    refreshing.refresh_instances(cluster, ["new1"])

    assert machine(cluster, "new1").state is State.RUNNING


def test_refreshing_no_machine_makes_no_call(
    cluster: Cluster, published: FakeRapi
) -> None:
    refreshing.refresh_instances(cluster, [])

    assert published.calls == []


def test_an_unknown_cluster_waits_for_its_first_refresh(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    refreshing.refresh_instances(cluster, ["web1"])

    assert current(cluster).published is None


def test_a_refresh_that_started_earlier_does_not_undo_it(
    cluster: Cluster, published: FakeRapi
) -> None:
    refreshed: list[bool] = []

    def finish_job_during_refresh(call: Call) -> None:
        if call.path == "/2/query/group" and in_main_thread() and not refreshed:
            refreshed.append(True)
            published.change("web1", status="ADMIN_down")
            refreshing.refresh_instances(cluster, ["web1"])
            published.change("web1", status="running")  # as read by the refresh

    published.on_call = finish_job_during_refresh
    refreshing.refresh(cluster, force=True)

    assert machine(cluster, "web1").state is State.STOPPED


def test_a_refresh_that_started_earlier_does_not_undo_that_of_groups(
    cluster: Cluster, published: FakeRapi
) -> None:
    refreshed: list[bool] = []

    def lock_during_refresh(call: Call) -> None:
        if call.path == "/2/query/group" and in_main_thread() and not refreshed:
            refreshed.append(True)
            published.lock_group("default")
            refreshing.refresh_groups(cluster)
            published.groups["default"]["tags"].clear()  # as read by the refresh

    published.on_call = lock_during_refresh
    refreshing.refresh(cluster, force=True)

    assert contents(cluster).groups["default"].locked

    refreshing.refresh(cluster, force=True)

    assert not contents(cluster).groups["default"].locked


def test_the_next_full_refresh_updates_all_machines(
    cluster: Cluster, published: FakeRapi
) -> None:
    refreshing.refresh_instances(cluster, ["web1"])
    published.change("web1", status="ADMIN_down")

    refreshing.refresh(cluster, force=True)

    assert machine(cluster, "web1").state is State.STOPPED


def test_a_cleared_cache_is_filled_by_the_next_refresh(
    cluster: Cluster, published: FakeRapi
) -> None:
    cache.clear()

    refreshing.refresh_instances(cluster, ["web1"])

    snapshots.clear_memory()
    assert contents(cluster).instances.keys() == published.instances.keys()


# -- without a watcher


def test_a_neglected_cluster_is_refreshed_in_the_background(
    cluster: Cluster, published: FakeRapi, background_refreshes: list[str]
) -> None:
    long_ago = timezone.now() - timedelta(seconds=refreshing.NEGLECTED_AFTER_S + 1)
    ClusterRefresh.objects.update(next_at=long_ago)

    refreshing.refresh_neglected([current(cluster)])

    assert background_refreshes == ["athens"]


def test_a_cluster_refreshed_by_the_watcher_is_left_alone(
    cluster: Cluster, published: FakeRapi, background_refreshes: list[str]
) -> None:
    make_due(cluster)

    refreshing.refresh_neglected([current(cluster)])

    assert background_refreshes == []


def test_a_cleared_cache_causes_no_refresh_while_memory_has_it(
    cluster: Cluster, published: FakeRapi, background_refreshes: list[str]
) -> None:
    cache.clear()

    refreshing.refresh_neglected([current(cluster)])

    assert background_refreshes == []
