"""Plays the watcher and Ganeti until nothing of ours is left to do."""

from apps.ganeti.jobs import planned, tracking
from apps.ganeti.models import Cluster, Job
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FINAL, FakeRapi


def carry_on(cluster: Cluster, rapi: FakeRapi) -> None:
    """Let every job succeed, and the steps that follow; refresh after each."""
    while True:
        planned.submit_planned()
        jobs = [job for job in Job.objects.unfinished() if job.ganeti_id]
        if not jobs:
            return
        for job in jobs:
            end(cluster, rapi, job)


def end(cluster: Cluster, rapi: FakeRapi, job: Job) -> None:
    """See a job of ours to its end, with what follows from that."""
    assert job.ganeti_id is not None
    if rapi.job(job.ganeti_id).status not in FINAL:
        rapi.finish(job.ganeti_id)
    report = tracking.fetch_reports(cluster, [job])[job.ganeti_id]
    assert tracking.end_job(job, report)
    refreshing.refresh(cluster, force=True)
