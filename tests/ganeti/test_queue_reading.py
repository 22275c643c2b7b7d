"""Reading a cluster's job queue: by one call, only what can have changed."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from apps.ganeti.domain.job import JobStatus
from apps.ganeti.jobs import queue_reading
from apps.ganeti.models import Cluster
from apps.ganeti.rapi.client import RapiClient
from apps.ganeti.state import job_queue
from apps.ganeti.state.job_queue import ClusterQueue
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.queues import add_job, job_calls, read_queue

pytestmark = pytest.mark.usefixtures("published")


def queue_of(cluster: Cluster) -> ClusterQueue:
    [queue] = job_queue.current([cluster], within_s=0)
    return queue


def read_again(cluster: Cluster) -> None:
    queue_reading.read(queue_of(cluster), timezone.now())


def statuses(cluster: Cluster) -> dict[int, JobStatus | None]:
    return {job.id: job.status for job in queue_of(cluster).jobs}


def test_the_whole_queue_is_read_first(cluster: Cluster, rapi: FakeRapi) -> None:
    add_job(rapi)
    add_job(rapi)

    read_queue(cluster)

    assert statuses(cluster) == {2: JobStatus.QUEUED, 1: JobStatus.QUEUED}
    assert queue_of(cluster).unfinished == 2
    [call] = job_calls(rapi)
    assert call.body["filter"] is None
    assert "oplog" not in call.body["fields"]


def test_then_only_unfinished_and_new_jobs_are_queried(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    for _ in range(3):
        add_job(rapi)
    rapi.finish(1)
    read_queue(cluster)
    rapi.finish(2)
    add_job(rapi)
    rapi.calls.clear()

    read_again(cluster)

    [call] = job_calls(rapi)
    assert call.body["filter"] == [
        "|", [">=", "id", 4], ["=", "id", 3], ["=", "id", 2],
    ]  # fmt: skip
    assert statuses(cluster) == {
        4: JobStatus.QUEUED,
        3: JobStatus.QUEUED,
        2: JobStatus.SUCCESS,
        1: JobStatus.SUCCESS,
    }


def test_an_idle_queue_is_asked_for_newer_jobs_only(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    add_job(rapi)
    rapi.finish(1)
    read_queue(cluster)
    version = queue_of(cluster).version
    rapi.calls.clear()

    read_again(cluster)

    assert [call.body["filter"] for call in job_calls(rapi)] == [[">=", "id", 2]]
    assert queue_of(cluster).version == version


def test_many_unfinished_jobs_are_not_named_one_by_one(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    for _ in range(queue_reading.MAX_NAMED + 2):
        add_job(rapi)
    rapi.finish(1)
    read_queue(cluster)
    rapi.calls.clear()

    read_again(cluster)

    assert [call.body["filter"] for call in job_calls(rapi)] == [[">=", "id", 2]]


def test_an_unfinished_job_that_is_gone_leaves_the_queue(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    add_job(rapi)
    add_job(rapi)
    read_queue(cluster)
    rapi.forget(1)

    read_again(cluster)

    assert set(statuses(cluster)) == {2}


def test_archived_jobs_leave_it_when_all_of_it_is_read(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    add_job(rapi)
    rapi.finish(1)
    read_queue(cluster)
    rapi.archive(1)

    long_ago = timezone.now() - queue_reading.FULL_EVERY - timedelta(seconds=1)
    read_at = queue_reading.read(queue_of(cluster), long_ago)

    assert read_at > long_ago
    assert statuses(cluster) == {}


def test_versions_without_job_queries_are_listed_in_bulk(
    cluster: Cluster, rapi: FakeRapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_reading, "reads_all", lambda _cluster: True)
    row: dict[str, Any] = {"id": "7", "status": "running", "start_ts": [5, 0]}
    monkeypatch.setattr(RapiClient, "jobs", lambda _self: [{**row, "summary": ["X"]}])

    read_queue(cluster)

    [job] = queue_of(cluster).jobs
    assert (job.id, job.status, job.summaries) == (7, JobStatus.RUNNING, ("X",))
    assert job.started_at
    assert job_calls(rapi) == []


def test_the_newest_jobs_are_kept_if_there_are_too_many(
    cluster: Cluster, rapi: FakeRapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_queue, "MAX_JOBS", 2)
    for _ in range(3):
        add_job(rapi)

    read_queue(cluster)

    assert list(statuses(cluster)) == [3, 2]


def test_a_lost_cache_is_filled_again(cluster: Cluster, rapi: FakeRapi) -> None:
    add_job(rapi)
    read_queue(cluster)
    cache.clear()
    job_queue.clear_memory()
    assert queue_of(cluster).stamp is None

    read_again(cluster)

    assert set(statuses(cluster)) == {1}


def test_another_process_reads_the_queue_from_the_cache(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    add_job(rapi)
    read_queue(cluster)
    job_queue.clear_memory()

    assert set(statuses(cluster)) == {1}


def test_an_error_keeps_the_last_queue(cluster: Cluster, rapi: FakeRapi) -> None:
    add_job(rapi)
    read_queue(cluster)

    job_queue.publish_error(cluster, "It refused the connection.")
    job_queue.clear_memory()

    queue = queue_of(cluster)
    assert (queue.error, len(queue.jobs)) == ("It refused the connection.", 1)
    read_again(cluster)
    assert queue_of(cluster).error == ""


def test_details_are_read_by_one_call_until_the_job_has_ended(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    add_job(rapi)
    add_job(rapi)
    rapi.run(1, "Halfway")
    rapi.finish(2)

    queue_reading.read_details(cluster, [1, 2, 99])
    queue_reading.read_details(cluster, [1, 2, 99])

    filters = [call.body["filter"] for call in job_calls(rapi)]
    assert filters == [
        ["|", ["=", "id", 1], ["=", "id", 2], ["=", "id", 99]],
        ["|", ["=", "id", 1]],
    ]
    running, unknown = (job_queue.detail(cluster, job_id) for job_id in (1, 99))
    assert running
    assert running.detail
    assert [line.text for line in running.detail.opcodes[0].log] == ["Halfway"]
    assert unknown
    assert unknown.detail is None
