"""The watcher reads the queues that somebody looks at, and no others."""

import threading

import pytest
from django.core.cache import cache

from apps.ganeti.jobs import queue_reading
from apps.ganeti.models import Cluster
from apps.ganeti.state import job_interest, job_queue
from apps.ganeti.watch.queue_reader import (
    MAX_PAUSE_S,
    READ_EVERY_S,
    QueueInterest,
    QueueReader,
)
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.queues import add_job, job_calls

pytestmark = pytest.mark.usefixtures("published")


def reader_for(cluster: Cluster, name: str = "me") -> QueueReader:
    return QueueReader(name, cluster.pk, threading.Event())


class Wakes:
    """A watcher that records whose readers it was asked to wake."""

    def __init__(self) -> None:
        self.woken: list[int] = []

    def read_queue(self, cluster_pk: int) -> None:
        self.woken.append(cluster_pk)


def test_without_viewers_nothing_is_called(cluster: Cluster, rapi: FakeRapi) -> None:
    wakes = Wakes()
    reader = reader_for(cluster)

    assert QueueInterest(wakes, threading.Event()).run_once() > 0
    assert reader.run_once() is None

    assert wakes.woken == []
    assert reader.idle
    assert rapi.calls == []


def test_a_viewer_wakes_the_reader_of_the_cluster(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    other = Cluster.objects.create(hostname="b.example.org", slug="b")
    disabled = Cluster.objects.create(hostname="c", slug="c", disabled=True)
    job_interest.record_viewers([cluster, disabled])
    wakes = Wakes()

    QueueInterest(wakes, threading.Event()).run_once()

    assert wakes.woken == [cluster.pk]
    assert other.pk not in wakes.woken


def test_a_watched_queue_is_read_once_a_second(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    add_job(rapi)
    job_interest.record_viewers([cluster])

    pause = reader_for(cluster).run_once()

    assert pause is not None
    assert 0.5 < pause <= READ_EVERY_S
    assert len(job_calls(rapi)) == 1
    [queue] = job_queue.current([cluster])
    assert len(queue.jobs) == 1


def test_only_the_details_of_a_job_are_read_for_its_page(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    add_job(rapi)
    job_interest.record_job_viewer(cluster, 1)

    reader_for(cluster).run_once()

    [call] = job_calls(rapi)
    assert call.body["filter"] == ["|", ["=", "id", 1]]
    assert job_queue.detail(cluster, 1)


def test_one_of_several_watchers_reads_a_queue(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    job_interest.record_viewers([cluster])
    first, second = reader_for(cluster, "first"), reader_for(cluster, "second")

    for reader in (first, second, first):
        reader.run_once()
    assert len(job_calls(rapi)) == 2

    cache.delete(f"queue-reader:{cluster.pk}")  # the lease of a watcher that died
    second.run_once()
    assert len(job_calls(rapi)) == 3


def test_the_pause_grows_while_a_cluster_is_down(
    cluster: Cluster, rapi: FakeRapi
) -> None:
    job_interest.record_viewers([cluster])
    reader = reader_for(cluster)
    rapi.go_down()

    pauses = [round(reader.run_once() or 0) for _ in range(6)]

    assert pauses == [2, 4, 8, 16, MAX_PAUSE_S, MAX_PAUSE_S]
    [queue] = job_queue.current([cluster], within_s=0)
    assert queue.error == "It refused the connection."

    rapi.come_back()
    assert (reader.run_once() or 0) <= READ_EVERY_S
    [queue] = job_queue.current([cluster], within_s=0)
    assert queue.error == ""


def test_a_broken_answer_is_listed_among_failing_tasks(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise ZeroDivisionError

    job_interest.record_viewers([cluster])
    monkeypatch.setattr(queue_reading, "read", fail)

    with pytest.raises(ZeroDivisionError):
        reader_for(cluster).run_once()


def test_interest_is_recorded_by_many_viewers_at_the_price_of_one(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[object] = []
    monkeypatch.setattr(cache, "set_many", lambda values, _s: written.append(values))

    for _ in range(100):
        job_interest.record_viewers([cluster])

    assert len(written) == 1


def test_the_jobs_that_are_watched_are_bounded(cluster: Cluster) -> None:
    for job_id in range(1, job_interest.MAX_JOBS + 11):
        job_interest.record_job_viewer(cluster, job_id)

    watched = job_interest.watched_jobs(cluster)
    assert len(watched) == job_interest.MAX_JOBS
    assert watched[-1] == job_interest.MAX_JOBS + 10
