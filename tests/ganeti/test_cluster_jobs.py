"""The jobs that a person may see, filtered and sorted."""

import time
from typing import Any

import pytest
from django.contrib.auth.models import User

from apps.accounts.person import Person
from apps.ganeti.models import Cluster, Job
from apps.ganeti.reads import cluster_jobs
from apps.ganeti.reads.cluster_jobs import ELSEWHERE, HERE, JobCriteria
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.jobs import NewJob
from tests.ganeti.queues import add_job, read_queue

pytestmark = pytest.mark.usefixtures("published")


def visible_ids(user: User, **criteria: Any) -> list[int]:
    page = cluster_jobs.visible(Person.of(user)).page(JobCriteria(**criteria), size=50)
    return [item.job.id for item in page]


@pytest.fixture
def queue(cluster: Cluster, rapi: FakeRapi) -> FakeRapi:
    """Return the RAPI with jobs on machines of alice, of bob's group, and of dave."""
    for name in ("web1", "web10", "db1", "web2"):
        add_job(rapi, name)
    rapi.run(2)
    rapi.finish(3)
    rapi.fail(4, "Disk failure")
    read_queue(cluster)
    return rapi


@pytest.mark.usefixtures("queue")
def test_staff_see_all_jobs_running_ones_first(olga: User) -> None:
    assert visible_ids(olga)[:2] == [2, 1]
    assert sorted(visible_ids(olga)[2:]) == [3, 4]


@pytest.mark.usefixtures("queue")
def test_owners_see_the_jobs_on_their_machines_alone(
    alice: User, bob: User, carol: User
) -> None:
    assert sorted(visible_ids(alice)) == [1, 4]
    assert visible_ids(bob) == [2]
    assert visible_ids(carol) == []


def test_users_see_what_they_submitted_even_if_the_machine_is_not_theirs_any_more(
    queue: FakeRapi, carol: User, new_job: NewJob
) -> None:
    new_job("db1", ganeti_id=3, user=carol)

    assert visible_ids(carol) == [3]


def test_a_job_of_several_opcodes_is_hidden_if_one_is_on_a_foreign_machine(
    cluster: Cluster, rapi: FakeRapi, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = add_job(rapi)
    summary = ["INSTANCE_REBOOT(web1)", "INSTANCE_REBOOT(db1)"]
    monkeypatch.setattr(type(job), "summary", property(lambda _job: summary))
    read_queue(cluster)

    assert visible_ids(alice) == []


def test_a_machine_made_anew_does_not_show_the_jobs_of_the_old_one(
    cluster: Cluster, rapi: FakeRapi, alice: User
) -> None:
    add_job(rapi)
    rapi.finish(1)
    rapi.job(1).ended_at = time.time() - 3 * 365 * 86400
    rapi.change("web1", ctime=time.time() - 60)
    refreshing.refresh(cluster, force=True)
    read_queue(cluster)

    assert visible_ids(alice) == []


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize(
    ("criteria", "ids"),
    [
        ({"status": "waiting"}, [1]),
        ({"status": "running"}, [2]),
        ({"status": "done"}, [3]),
        ({"status": "failed"}, [4]),
        ({"status": "cancelled"}, []),
        ({"search": "WEB1"}, [1, 2]),
        ({"search": "4"}, [4]),
        ({"kind": "INSTANCE_REBOOT"}, [1, 2, 3, 4]),
        ({"kind": "CLUSTER_VERIFY"}, []),
        ({"cluster": "athens"}, [1, 2, 3, 4]),
        ({"cluster": "sparta"}, []),
    ],
)
def test_jobs_are_filtered(
    olga: User, criteria: dict[str, str], ids: list[int]
) -> None:
    assert sorted(visible_ids(olga, **criteria)) == ids


def test_jobs_submitted_here_are_told_from_others(
    queue: FakeRapi, olga: User, new_job: NewJob
) -> None:
    new_job("web1", ganeti_id=1)

    assert visible_ids(olga, origin=HERE) == [1]
    assert sorted(visible_ids(olga, origin=ELSEWHERE)) == [2, 3, 4]


@pytest.mark.usefixtures("queue")
def test_every_column_sorts_both_ways(olga: User) -> None:
    for column in cluster_jobs.SORT_KEYS:
        up = visible_ids(olga, sort=column)
        down = visible_ids(olga, sort=column, descending=True)
        assert sorted(up) == sorted(down) == [1, 2, 3, 4], column
    assert visible_ids(olga, sort="id") == [1, 2, 3, 4]


@pytest.mark.usefixtures("queue")
def test_a_disabled_cluster_has_no_jobs(olga: User, cluster: Cluster) -> None:
    Cluster.objects.filter(pk=cluster.pk).update(disabled=True)

    assert visible_ids(olga) == []


@pytest.mark.usefixtures("queue")
def test_our_rows_are_matched_by_cluster_and_id(new_job: NewJob, olga: User) -> None:
    other = Cluster.objects.create(hostname="b.example.org", slug="b")
    job = new_job("web1", ganeti_id=1)
    new_job("web2", ganeti_id=2, cluster=other)

    page = cluster_jobs.visible(Person.of(olga)).page(JobCriteria(), size=50)

    assert cluster_jobs.submitted_here(page) == {("athens", 1): job}
    assert Job.objects.count() == 2
