"""Clusters of the lab as ours, and their jobs without a watcher."""

import time

from apps.ganeti.domain.job import FINAL
from apps.ganeti.jobs import planned, tracking
from apps.ganeti.models import Cluster, Job
from apps.ganeti.state import refreshing
from tests.lab import Lab


def create_cluster(lab: Lab) -> Cluster:
    """Create and refresh a cluster of the lab."""
    cluster = Cluster(hostname=lab.host, port=lab.port, slug="lab", can_write=True)
    cluster.verification = Cluster.Verify.OFF
    cluster.username, cluster.password = lab.username, lab.password
    cluster.save()
    assert refreshing.refresh(cluster, force=True)
    return cluster


def run_pending_jobs(cluster: Cluster, seconds: float = 60) -> None:
    """Run all unfinished jobs to their end, as the watcher does."""
    until = time.monotonic() + seconds
    while Job.objects.unfinished().exists():
        assert time.monotonic() < until, list(Job.objects.unfinished())
        planned.submit_planned()
        jobs = list(Job.objects.unfinished().exclude(ganeti_id=None))
        reports = tracking.fetch_reports(cluster, jobs)
        for job in jobs:
            report = reports[job.ganeti_id or 0]
            if report.status in FINAL:
                tracking.end_job(job, report)
                refreshing.refresh(cluster, force=True)
        time.sleep(0.2)
