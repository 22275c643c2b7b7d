"""Clusters of Ganeti 2.4 to 2.6, simulated: shown, and worked with if they can."""

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
def old(request: pytest.FixtureRequest, simulator: Simulator) -> SimulatedCluster:
    cluster = simulator.clusters[request.param]
    if not cluster.master.cluster.instances:
        cluster.add_instance("web1", tags=[ALICE], ip="192.0.2.10")
        cluster.add_instance("web2", tags=[ALICE], running=False)
    return cluster


@pytest.fixture
def cluster(db: None, old: SimulatedCluster) -> Cluster:
    cluster = Cluster(
        hostname=old.host,
        port=old.port,
        slug="old",
        username=old.spec.user,
        verification=Verification.FINGERPRINT,
        fingerprint=old.fingerprint,
        can_write=True,
    )
    cluster.password = old.spec.password
    cluster.save()
    return cluster


@pytest.fixture
def shown(cluster: Cluster) -> Cluster:
    assert refreshing.refresh(cluster, force=True)
    return cluster


def test_its_machines_are_shown(shown: Cluster) -> None:
    known = contents(shown)

    assert known.unreadable == ()
    assert {name: one.state for name, one in known.instances.items()} == {
        "web1": State.RUNNING,
        "web2": State.STOPPED,
    }
    web1, web2 = known.instances["web1"], known.instances["web2"]
    assert (web1.admin_state, web2.admin_state) == ("up", "down")
    assert (web1.memory_mib, web1.vcpus, web1.ips) == (1024, 1, ("192.0.2.10",))
    assert (web1.hypervisor, web1.group) == ("kvm", "default")
    assert web1.hypervisor_parameters["boot_order"]
    assert known.networks == ()
    assert all(node.memory_free_mib for node in known.nodes.values())


def test_a_second_refresh_asks_nothing_that_the_version_lacks(
    shown: Cluster, old: SimulatedCluster
) -> None:
    old.forget_calls()

    assert refreshing.refresh(shown, force=True)

    paths = {call.path for call in old.calls}
    assert "/2/networks" not in paths
    assert old.spec.release > (2, 4) or not any("query" in path for path in paths)


def test_its_page_is_shown(shown: Cluster, client: Client, alice: User) -> None:
    client.force_login(alice)

    page = client.get("/instances/old/web1/").content.decode()

    assert "web1" in page
    assert ("requires Ganeti 2.5" in page) == (contents(shown).info.version < "2.5")


def test_a_time_to_shut_down_is_not_asked_for_where_it_would_be_ignored(
    cluster: Cluster, old: SimulatedCluster, client: Client, alice: User
) -> None:
    old.add_instance("brief", tags=[ALICE])
    assert refreshing.refresh(cluster, force=True)
    client.force_login(alice)

    client.post("/instances/old/brief/shutdown", {"timeout_s": 7})

    old.remove_instance("brief")
    job = Job.objects.get()
    sent = old.master.queue.get(job.ganeti_id or 0).ops[0].params["timeout"]
    told = "7 s" in job.reason
    assert (sent, told) == ((7, True) if old.spec.release > (2, 4) else (120, False))


def test_a_job_is_followed_to_its_end(
    shown: Cluster, old: SimulatedCluster, by_alice: Acting
) -> None:
    job = power.reboot(shown, machine(shown, "web1"), by=by_alice)
    old.archive_jobs()

    for _ in range(100):
        report = tracking.ask(shown, [job])[job.ganeti_id or 0]
        if report.status is JobStatus.SUCCESS:
            break

    assert report.status is JobStatus.SUCCESS
    assert report.ended_at is not None


def test_a_job_whose_id_was_lost_is_found_without_a_key(
    shown: Cluster, by_alice: Acting
) -> None:
    job = power.reboot(shown, machine(shown, "web1"), by=by_alice)
    lost_id, key = job.ganeti_id, Job.new_key()
    Job.objects.update(ganeti_id=None, status=JobStatus.IN_DOUBT, key=key)

    assert tracking.find(shown, [Job.objects.get()]) == {job.pk}
    assert Job.objects.get().ganeti_id == lost_id


def test_a_job_that_is_not_found_may_have_run(shown: Cluster, by_alice: Acting) -> None:
    job = power.reboot(shown, machine(shown, "web1"), by=by_alice)

    assert tracking.never_arrived(job, timezone.now()).status is JobStatus.LOST


def test_what_is_changed_is_seen(shown: Cluster, old: SimulatedCluster) -> None:
    old.change_instance("web2", tags=[ALICE, "ganetimgr:adminlock"])

    refreshing.refresh_instances(shown, ["web2"])

    assert machine(shown, "web2").tags.locked
    old.change_instance("web2", tags=[ALICE])


def test_creation_is_off_only_where_tags_are_lost(
    shown: Cluster, old: SimulatedCluster
) -> None:
    off = placement.cluster_unavailable_reason(snapshots.current([shown])[0])

    assert bool(off) == (old.spec.release < (2, 5))
