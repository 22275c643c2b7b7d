"""Simulated clusters of Ganeti 2.4 to 2.6."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from apps.auditlog.entries import Acting
from apps.ganeti.domain.instance import State
from apps.ganeti.domain.job import JobStatus
from apps.ganeti.jobs import tracking
from apps.ganeti.models import Cluster, Job
from apps.ganeti.rapi.transport import Verification
from apps.ganeti.reads import placement
from apps.ganeti.services import power
from apps.ganeti.state import refreshing, snapshots
from contrib.simulator import ClusterSpec, SimulatedCluster, Simulator
from tests.ganeti.state import contents, machine
from tests.services import wait_until

VERSIONS = ("2.4.5", "2.5.2", "2.6.1")
ALICE = "ganetimgr:user:alice"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    specs = [
        ClusterSpec(name=version, version=version, nodes=2, instances=0, speed=1000)
        for version in VERSIONS
    ]
    with Simulator(specs) as simulator:
        yield simulator


@pytest.fixture(params=VERSIONS)
def old_cluster(
    request: pytest.FixtureRequest, simulator: Simulator
) -> SimulatedCluster:
    cluster = simulator.clusters[request.param]
    if not cluster.master.cluster.instances:
        cluster.add_instance("web1", tags=[ALICE], ip="192.0.2.10")
        cluster.add_instance("web2", tags=[ALICE], running=False)
    return cluster


@pytest.fixture
def cluster(db: None, old_cluster: SimulatedCluster) -> Cluster:
    cluster = Cluster(
        hostname=old_cluster.host,
        port=old_cluster.port,
        slug="old",
        username=old_cluster.spec.user,
        verification=Verification.FINGERPRINT,
        fingerprint=old_cluster.fingerprint,
        can_write=True,
    )
    cluster.password = old_cluster.spec.password
    cluster.save()
    return cluster


@pytest.fixture
def refreshed(cluster: Cluster) -> Cluster:
    assert refreshing.refresh(cluster, force=True)
    return cluster


def test_instances_and_nodes_are_read(refreshed: Cluster) -> None:
    current = contents(refreshed)

    assert current.unreadable == ()
    assert {name: instance.state for name, instance in current.instances.items()} == {
        "web1": State.RUNNING,
        "web2": State.STOPPED,
    }
    web1, web2 = current.instances["web1"], current.instances["web2"]
    assert (web1.admin_state, web2.admin_state) == ("up", "down")
    assert (web1.memory_mib, web1.vcpus, web1.ips) == (1024, 1, ("192.0.2.10",))
    assert (web1.hypervisor, web1.group) == ("kvm", "default")
    assert web1.hypervisor_parameters["boot_order"]
    assert current.networks == ()
    assert all(node.memory_free_mib for node in current.nodes.values())


def test_a_refresh_uses_only_resources_of_the_version(
    refreshed: Cluster, old_cluster: SimulatedCluster
) -> None:
    old_cluster.forget_calls()

    assert refreshing.refresh(refreshed, force=True)

    paths = {call.path for call in old_cluster.calls}
    assert "/2/networks" not in paths
    assert old_cluster.spec.release > (2, 4) or not any(
        "query" in path for path in paths
    )


def test_the_page_of_a_machine_is_shown(
    refreshed: Cluster, client: Client, alice: User
) -> None:
    client.force_login(alice)

    page = client.get("/instances/old/web1/").content.decode()

    assert "web1" in page
    assert ("requires Ganeti 2.5" in page) == (contents(refreshed).info.version < "2.5")


def test_a_shutdown_timeout_is_sent_only_where_it_is_respected(
    cluster: Cluster, old_cluster: SimulatedCluster, client: Client, alice: User
) -> None:
    old_cluster.add_instance("brief", tags=[ALICE])
    assert refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    client.post("/instances/old/brief/shutdown", {"timeout_s": 7})

    old_cluster.remove_instance("brief")
    job = Job.objects.get()
    timeout = old_cluster.master.queue.get(job.ganeti_id or 0).ops[0].params["timeout"]
    in_reason = "7 s" in job.reason
    assert (timeout, in_reason) == (
        (7, True) if old_cluster.spec.release > (2, 4) else (120, False)
    )


def test_a_job_is_followed_to_its_end(
    refreshed: Cluster, old_cluster: SimulatedCluster, by_alice: Acting
) -> None:
    job = power.reboot(refreshed, machine(refreshed, "web1"), by=by_alice)
    old_cluster.archive_jobs()

    for _ in range(100):
        report = tracking.fetch_reports(refreshed, [job])[job.ganeti_id or 0]
        if report.status is JobStatus.SUCCESS:
            break

    assert report.status is JobStatus.SUCCESS
    assert report.ended_at is not None


def archive_all_jobs(cluster: SimulatedCluster) -> bool:
    """Archive finished jobs; return whether that was all of them."""
    cluster.archive_jobs()
    return not cluster.master.queue.listed()


def test_a_job_whose_id_was_lost_is_found_without_a_key(
    old_cluster: SimulatedCluster, refreshed: Cluster, by_alice: Acting
) -> None:
    # A like job of another test, in the same minute, would be mistaken for it.
    wait_until(lambda: archive_all_jobs(old_cluster), 60, "the end of all jobs")
    job = power.reboot(refreshed, machine(refreshed, "web1"), by=by_alice)
    lost_id, key = job.ganeti_id, Job.new_key()
    Job.objects.update(ganeti_id=None, status=JobStatus.IN_DOUBT, key=key)

    assert tracking.find_lost_jobs(refreshed, [Job.objects.get()]) == {job.pk}
    assert Job.objects.get().ganeti_id == lost_id


def test_a_job_that_is_not_found_is_lost(refreshed: Cluster, by_alice: Acting) -> None:
    job = power.reboot(refreshed, machine(refreshed, "web1"), by=by_alice)

    assert tracking.lost_report(job, timezone.now()).status is JobStatus.LOST


def test_a_change_is_seen_after_a_refresh(
    refreshed: Cluster, old_cluster: SimulatedCluster
) -> None:
    old_cluster.change_instance("web2", tags=[ALICE, "ganetimgr:adminlock"])

    refreshing.refresh_instances(refreshed, ["web2"])

    assert machine(refreshed, "web2").tags.locked
    old_cluster.change_instance("web2", tags=[ALICE])


def test_creation_is_off_where_new_instances_get_no_tags(
    refreshed: Cluster, old_cluster: SimulatedCluster
) -> None:
    reason = placement.cluster_unavailable_reason(snapshots.current([refreshed])[0])

    assert bool(reason) == (old_cluster.spec.release < (2, 5))
