"""The list of jobs, and the watcher's own work, by the length of the queue."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.urls import reverse

from apps.ganeti.domain.job import JobStatus
from apps.ganeti.domain.queued_job import QueuedJob
from apps.ganeti.models import Cluster
from apps.ganeti.state import job_queue
from apps.ganeti.state.snapshots import Contents
from tests.bench import clusters
from tests.bench.environment import Environment, simulator
from tests.bench.interleaving import time_interleaved
from tests.bench.lists import EMPTY
from tests.bench.pages import create_visit
from tests.bench.table import Line, timing_line

SHORT, LONG = 50, 5_000
UNFINISHED = 20
REPEATS = 15
# Of a page with a queue of 5,000 jobs against one of 50.
MOST_RATIO = 1.5
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def run(environment: Environment) -> list[Line]:
    with simulator(environment.directory, "--instances=100") as simulated:
        contents = clusters.refresh_all(
            [clusters.create_cluster(description) for description in simulated.clusters]
        )
    return measure(contents, repeats=REPEATS)


def measure(contents: dict[Cluster, Contents], *, repeats: int) -> list[Line]:
    [(cluster, known)] = contents.items()
    User.objects.create_superuser("root")
    names = list(known.instances)
    queues = {length: create_jobs(names, length) for length in (SHORT, LONG)}
    page = create_visit("root", reverse("ganeti:job-list"))
    empty = create_visit("root", reverse(EMPTY))
    samples = {}
    for length, jobs in queues.items():
        job_queue.publish(cluster, jobs, EPOCH)
        page()  # sorts the queue, once until it changes
        samples[length] = time_interleaved({"": page}, repeats, time.process_time)[""]
    others = time_interleaved(
        {"empty": empty, "change": lambda: change(cluster, queues[LONG])},
        repeats,
        time.process_time,
    )
    return [
        timing_line(
            "page of 50 jobs against an empty page", samples[SHORT], others["empty"]
        ),
        timing_line(
            f"the same in a queue of {LONG:,}",
            samples[LONG],
            samples[SHORT],
            MOST_RATIO,
        ),
        timing_line(f"watcher: publish a change among {LONG:,}", others["change"]),
    ]


def create_jobs(names: list[str], count: int) -> list[QueuedJob]:
    """Create jobs that ended one second after another, and some that wait."""
    jobs = []
    for number in range(1, count + 1):
        at = EPOCH + timedelta(seconds=number)
        job = QueuedJob(
            id=number,
            status=JobStatus.SUCCESS,
            summaries=(f"INSTANCE_REBOOT({names[number % len(names)]})",),
            received_at=at,
            started_at=at,
            ended_at=at + timedelta(seconds=1),
        )
        if number > count - UNFINISHED:
            job = replace(job, status=JobStatus.WAITING, started_at=None, ended_at=None)
        jobs.append(job)
    return jobs


def change(cluster: Cluster, jobs: list[QueuedJob]) -> None:
    """Publish the queue with one job that has changed since."""
    last = jobs[-1]
    other = JobStatus.QUEUED if last.status is JobStatus.WAITING else JobStatus.WAITING
    jobs[-1] = replace(last, status=other)
    job_queue.publish(cluster, jobs, EPOCH)
