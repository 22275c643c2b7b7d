"""Pytest plugin: submitted jobs, and the follower that tracks them."""

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.auditlog.entries import Acting
from apps.ganeti.domain.job import JobStatus
from apps.ganeti.jobs import handlers, tracking, wakeups
from apps.ganeti.models import Cluster, Job
from apps.ganeti.services import power
from apps.ganeti.watch.follower import Follower
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.state import machine
from tests.services import Beanstalkd

NewJob = Callable[..., Job]
WATCHER = "me"  # its name


@pytest.fixture
def new_job(cluster: Cluster) -> NewJob:
    """Return a factory of job rows as left by a submission."""

    def make(instance: str = "web1", **changes: object) -> Job:
        values: dict[str, object] = {
            "key": Job.new_key(),
            "cluster": cluster,
            "kind": Job.Kind.REBOOT,
            "target_name": instance,
            "reason": "hard reboot",
            "status": JobStatus.QUEUED,
            "ganeti_id": 1,
            "busy_key": Job.busy_key_of(cluster, instance),
        }
        return Job.objects.create(**values | changes)

    return make


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """Return the jobs that the handler of reboots was called with."""
    jobs: list[Job] = []
    monkeypatch.setattr(handlers, "_handlers", {})
    handlers.on_finished(Job.Kind.REBOOT)(jobs.append)
    return jobs


@pytest.fixture
def tube(beanstalkd: Beanstalkd, settings: Settings) -> Iterator[Any]:
    """Return a client of the tube that the settings name."""
    settings.BEANSTALK_URL = f"beanstalk://127.0.0.1:{beanstalkd.port}"
    with wakeups.connection() as client:
        yield client


@pytest.fixture
def job(cluster: Cluster, published: FakeRapi, by_alice: Acting) -> Job:
    """Return a queued reboot of web1, claimed by the follower."""
    job = power.reboot(cluster, machine(cluster, "web1"), by=by_alice)
    tracking.claim(WATCHER, timezone.now())
    published.calls.clear()
    return job


@pytest.fixture
def follower(cluster: Cluster) -> Follower:
    return Follower(WATCHER, cluster.pk, Event())


def status_and_message(job: Job) -> tuple[str, str]:
    job.refresh_from_db()
    return job.status, job.message
