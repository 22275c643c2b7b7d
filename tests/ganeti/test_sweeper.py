from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from pytest_django import Settings

from apps.ganeti.domain.job import JobStatus
from apps.ganeti.jobs import handlers, tracking, wakeups
from apps.ganeti.models import Cluster, Job, WatcherBeat
from apps.ganeti.watch.beanstalk_listener import Listener
from apps.ganeti.watch.sweeper import Sweeper
from apps.ganeti.watch.watcher import Watcher
from apps.work import loops
from apps.work.models import Failure
from tests.ganeti.jobs import NewJob
from tests.services import Beanstalkd

WATCHER = "me"


# -- sweeper


class RecordingWatcher(Watcher):
    """Records the clusters to follow, and starts no threads."""

    def __init__(self) -> None:
        super().__init__(workers=1)
        self.name = WATCHER
        self.followed: list[int] = []

    def follow(self, cluster_pks: Iterable[int]) -> None:
        self.followed += cluster_pks

    def take(self, pk: int) -> bool:
        return tracking.take(self.name, pk) is not None


@pytest.fixture
def watcher() -> RecordingWatcher:
    return RecordingWatcher()


@pytest.fixture
def sweeper(db: None, watcher: RecordingWatcher) -> Sweeper:
    return Sweeper(watcher, watcher.stopping)


def test_jobs_without_a_follower_are_claimed(
    sweeper: Sweeper, watcher: RecordingWatcher, new_job: NewJob, cluster: Cluster
) -> None:
    job = new_job()

    sweeper.run_once()

    assert watcher.followed == [cluster.pk]
    assert tracking.followed_by(WATCHER, cluster) == [job]


def test_a_job_submitted_just_now_is_claimed(
    sweeper: Sweeper, watcher: RecordingWatcher, new_job: NewJob, cluster: Cluster
) -> None:
    new_job(submitted_at=timezone.now())

    assert watcher.announced_within_s == 0
    sweeper.run_once()

    assert watcher.followed == [cluster.pk]


def test_unhandled_ends_are_handled(
    sweeper: Sweeper, new_job: NewJob, handled: list[Job]
) -> None:
    job = new_job(status=JobStatus.ERROR, busy_key=None)

    sweeper.run_once()
    sweeper.run_once()

    assert handled == [job]


def test_a_failing_handler_does_not_block_other_jobs_or_the_beat(
    sweeper: Sweeper, new_job: NewJob, handled: list[Job]
) -> None:
    def fail(job: Job) -> None:
        if job.target_name == "web1":
            raise RuntimeError("a fault of ours")

    handlers.on_finished(Job.Kind.REBOOT)(fail)
    for name in ("web1", "web2"):
        new_job(name, status=JobStatus.ERROR, busy_key=None)

    sweeper.run_once()

    assert [job.target_name for job in Job.objects.unhandled()] == ["web1"]
    assert WatcherBeat.objects.exists()


def test_a_failing_handler_is_not_retried_at_every_turn(
    sweeper: Sweeper, new_job: NewJob, handled: list[Job]
) -> None:
    calls: list[Job] = []

    def fail(job: Job) -> None:
        calls.append(job)
        raise RuntimeError("a fault of ours")

    handlers.on_finished(Job.Kind.REBOOT)(fail)
    new_job(status=JobStatus.ERROR, busy_key=None)

    for _ in range(3):
        sweeper.run_once()

    assert len(calls) == 1


def test_exceptions_of_handlers_are_saved_until_success(
    sweeper: Sweeper, new_job: NewJob, handled: list[Job]
) -> None:
    exceptions = [
        RuntimeError("a fault of ours"),
        OperationalError("no such character"),
    ]

    def fail(_job: Job) -> None:
        if exceptions:
            raise exceptions.pop(0)

    handlers.on_finished(Job.Kind.REBOOT)(fail)
    job = new_job(status=JobStatus.ERROR, busy_key=None)
    errors = []

    for _ in range(3):
        sweeper.run_once()
        errors += [failure.error for failure in Failure.objects.all()]
        Failure.objects.update(next_at=timezone.now())

    assert errors == [
        "RuntimeError: a fault of ours",
        "OperationalError: no such character",
    ]
    job.refresh_from_db()
    assert job.handled_at


def test_a_failing_handler_is_given_up_after_days(
    sweeper: Sweeper, new_job: NewJob, handled: list[Job]
) -> None:
    def fail(_job: Job) -> None:
        raise RuntimeError("a fault of ours")

    handlers.on_finished(Job.Kind.REBOOT)(fail)
    new_job(status=JobStatus.ERROR, busy_key=None)
    sweeper.run_once()
    long_ago = timezone.now() - timedelta(days=6)
    Failure.objects.update(failing_since=long_ago, next_at=long_ago)

    sweeper.run_once()

    assert not Job.objects.unhandled().exists()
    assert Failure.objects.get().given_up_at


def test_a_turn_saves_a_beat(sweeper: Sweeper) -> None:
    sweeper.run_once()

    newest = WatcherBeat.newest()
    assert newest is not None
    assert timezone.now() - newest < WatcherBeat.ALIVE


def test_old_beats_are_deleted(sweeper: Sweeper) -> None:
    long_ago = timezone.now() - timedelta(days=2)
    WatcherBeat.objects.create(name="old", started_at=long_ago, beat_at=long_ago)

    sweeper.run_once()

    assert [beat.name for beat in WatcherBeat.objects.all()] == [WATCHER]


def test_a_stopped_watcher_releases_its_jobs(
    sweeper: Sweeper, watcher: RecordingWatcher, new_job: NewJob, cluster: Cluster
) -> None:
    job = new_job()
    sweeper.run_once()

    tracking.release(watcher.name)
    WatcherBeat.objects.filter(name=watcher.name).delete()

    tracking.claim("another", timezone.now())
    assert tracking.followed_by("another", cluster) == [job]
    assert WatcherBeat.newest() is None


# -- listener


@pytest.fixture
def listener(tube: Any, watcher: RecordingWatcher) -> Listener:
    return Listener(watcher.take, watcher.stopping)


def test_an_announced_job_is_reserved_until_it_ends(
    listener: Listener, tube: Any, new_job: NewJob, cluster: Cluster
) -> None:
    job = new_job()
    tube.put(f'{{"job": {job.pk}}}'.encode())

    listener.run_once()
    assert tracking.followed_by(WATCHER, cluster) == [job]
    assert tube.stats_tube("ganetimgr")["current-jobs-reserved"] == 1

    Job.objects.update(status=JobStatus.SUCCESS, busy_key=None)
    listener.run_once()
    assert tube.stats_tube("ganetimgr")["current-jobs-reserved"] == 0


def test_an_announcement_of_an_ended_job_is_deleted(
    listener: Listener, tube: Any, new_job: NewJob
) -> None:
    job = new_job(status=JobStatus.SUCCESS, busy_key=None)
    tube.put(f'{{"job": {job.pk}}}'.encode())

    listener.run_once()

    stats = tube.stats_tube("ganetimgr")
    assert (stats["current-jobs-ready"], stats["current-jobs-reserved"]) == (0, 0)


def test_a_malformed_message_is_buried(listener: Listener, tube: Any) -> None:
    tube.put(b"no message of ours")

    listener.run_once()

    assert tube.stats_tube("ganetimgr")["current-jobs-buried"] == 1


def test_a_job_announced_twice_is_reserved_once(
    listener: Listener, tube: Any, new_job: NewJob
) -> None:
    job = new_job()
    for _ in range(2):
        tube.put(f'{{"job": {job.pk}}}'.encode())

    listener.run_once()

    assert tube.stats_tube("ganetimgr")["current-jobs-reserved"] == 1


def test_the_listener_waits_for_a_dead_beanstalkd(
    listener: Listener, beanstalkd: Beanstalkd, tube: Any
) -> None:
    tube.put(b"x")
    listener.run_once()
    assert listener.connected

    beanstalkd.kill()

    assert listener.run_once() == loops.PAUSE_WHEN_DOWN_S
    assert not listener.connected
    assert isinstance(listener.run_once(), float)


def test_without_an_address_no_listener_is_started(
    settings: Settings, db: None
) -> None:
    settings.BEANSTALK_URL = ""

    assert not wakeups.is_configured()
    assert not any(isinstance(loop, Listener) for loop in Watcher()._loops)
