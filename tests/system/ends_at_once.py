"""Threads that end builds while others look after the table; see test_ends.py."""

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
ME = "at once"


class Part(threading.Thread):
    """A thread that is done with its database, and fails whoever joins it."""

    def __init__(self, do: Callable[[], None]) -> None:
        super().__init__()
        self._do = do
        self._failure: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self._do()
        except Exception as exc:  # noqa: BLE001 - raised by join
            self._failure = exc
        finally:
            connection.close()

    def join(self, timeout: float | None = None) -> None:
        super().join(timeout)
        if self._failure:
            raise self._failure


def main() -> None:
    """Print how many builds ended, and how many applications know."""
    cluster = Cluster.objects.create(hostname="192.0.2.1", slug="many", disabled=True)
    over = threading.Event()
    looking = [Part(lambda: look_after(over)) for _ in "ab"]
    try:
        for ending in [Part(lambda: end_some(cluster)) for _ in range(ENDERS)]:
            ending.join()
    finally:
        over.set()
    for part in looking:
        part.join()
    handled = Job.objects.filter(cluster=cluster).exclude(handled_at=None)
    created = cluster.applications.filter(status=Status.CREATED)
    print(handled.count(), created.count())  # noqa: T201 - read by the test
    cluster.applications.all().delete()
    cluster.delete()


def end_some(cluster: Cluster) -> None:
    for turn in range(TIMES):
        job = build(cluster, f"many{threading.get_ident()}-{turn}.example.org")
        tracking.end_job(job, JobReport(1, JobStatus.SUCCESS))


def look_after(over: threading.Event) -> None:
    """Do to the table what a watcher does every second."""
    while not over.wait(0.001):
        tracking.renew(ME)
        tracking.claim(ME, timezone.now() - timedelta(days=1))


def build(cluster: Cluster, name: str) -> Job:
    """Write down a build that runs, and is followed by us."""
    job = Job.objects.create(
        key=Job.new_key(),
        cluster=cluster,
        kind=Job.Kind.CREATE,
        target_name=name,
        reason="create",
        status=JobStatus.RUNNING,
        ganeti_id=1,
        busy_key=Job.busy_key_of(cluster, name),
        follower=ME,
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
