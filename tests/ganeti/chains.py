"""Run jobs and the steps that follow them to their end, without a watcher."""

from apps.ganeti.jobs import planned, tracking
from apps.ganeti.models import Cluster, Job
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FINAL, FakeRapi


def run_to_end(cluster: Cluster, rapi: FakeRapi) -> None:
    """Let all jobs and their following steps succeed; refresh after each."""
    while True:
        planned.submit_planned()
        jobs = [job for job in Job.objects.unfinished() if job.ganeti_id]
        if not jobs:
            return
        for job in jobs:
            finish_job(cluster, rapi, job)


def finish_job(cluster: Cluster, rapi: FakeRapi, job: Job) -> None:
    """Finish one job unless it has ended, and process its end."""
    assert job.ganeti_id is not None
    if rapi.job(job.ganeti_id).status not in FINAL:
        rapi.finish(job.ganeti_id)
    report = tracking.fetch_reports(cluster, [job])[job.ganeti_id]
    assert tracking.end_job(job, report)
    refreshing.refresh(cluster, force=True)
