"""Threads that end builds while others renew leases; see test_ends.py."""

import threading
from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from apps.applications.models import InstanceApplication
from apps.applications.states import Status
from apps.ganeti.domain.job import JobReport, JobStatus
from apps.ganeti.jobs import tracking
from apps.ganeti.models import Cluster, Job

ENDERS = 4
TIMES = 30
FOLLOWER = "at once"


class Worker(threading.Thread):
    """A thread that closes its database connection, and raises its error in join()."""

    def __init__(self, function: Callable[[], None]) -> None:
        super().__init__()
        self._function = function
        self._failure: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self._function()
        except Exception as exc:  # noqa: BLE001 - raised by join
            self._failure = exc
        finally:
            connection.close()

    def join(self, timeout: float | None = None) -> None:
        super().join(timeout)
        if self._failure:
            raise self._failure


def main() -> None:
    """Print the number of handled jobs, and of created applications."""
    cluster = Cluster.objects.create(hostname="192.0.2.1", slug="many", disabled=True)
    finished = threading.Event()
    renewers = [Worker(lambda: renew_and_claim(finished)) for _ in "ab"]
    try:
        for ender in [Worker(lambda: end_jobs(cluster)) for _ in range(ENDERS)]:
            ender.join()
    finally:
        finished.set()
    for renewer in renewers:
        renewer.join()
    handled = Job.objects.filter(cluster=cluster).exclude(handled_at=None)
    created = cluster.applications.filter(status=Status.CREATED)
    print(handled.count(), created.count())  # noqa: T201 - read by the test
    cluster.applications.all().delete()
    cluster.delete()


def end_jobs(cluster: Cluster) -> None:
    for number in range(TIMES):
        job = build(cluster, f"many{threading.get_ident()}-{number}.example.org")
        tracking.end(job, JobReport(1, JobStatus.SUCCESS))


def renew_and_claim(finished: threading.Event) -> None:
    """Update the table of jobs as a watcher does every second."""
    while not finished.wait(0.001):
        tracking.renew(FOLLOWER)
        tracking.claim(FOLLOWER, timezone.now() - timedelta(days=1))


def build(cluster: Cluster, name: str) -> Job:
    """Create a running build that we follow."""
    job = Job.objects.create(
        key=Job.new_key(),
        cluster=cluster,
        kind=Job.Kind.CREATE,
        target_name=name,
        reason="create",
        status=JobStatus.RUNNING,
        ganeti_id=1,
        busy_key=Job.busy_key_of(cluster, name),
        follower=FOLLOWER,
        leased_until=timezone.now() + timedelta(hours=1),
    )
    InstanceApplication.objects.create(
        applicant=User.objects.get(username="alice"),
        hostname=name,
        memory_mib=64,
        vcpus=1,
        disk_gib=1,
        cluster=cluster,
        job=job,
        status=Status.SUBMITTED,
    )
    return job
