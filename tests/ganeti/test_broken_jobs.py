"""Exceptions while one job is tracked do not affect other jobs."""

import pytest
from django.utils import timezone

from apps.ganeti.domain.job import JobReport, JobStatus
from apps.ganeti.jobs import tracking
from apps.ganeti.models import Job
from apps.ganeti.state import refreshing
from apps.ganeti.watch.follower import Follower
from tests.ganeti.fakes import Call, FakeJob, FakeRapi
from tests.ganeti.jobs import WATCHER, NewJob, status_and_message


@pytest.mark.parametrize("broken", ["end_job", "progress"])
def test_a_failing_job_does_not_block_other_jobs(
    follower: Follower,
    new_job: NewJob,
    published: FakeRapi,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
) -> None:
    jobs = [
        new_job(name, ganeti_id=ganeti_id)
        for ganeti_id, name in enumerate(("web1", "web2"), 1)
    ]
    tracking.claim(WATCHER, timezone.now())
    for job in jobs:
        fake_job = FakeJob(job.ganeti_id or 0, Call("PUT", "/2/instances", {}, None))
        fake_job.status = "success" if broken == "end_job" else "running"
        published.jobs.append(fake_job)
    original = getattr(tracking, broken)

    def fail_once(job: Job, report: JobReport) -> bool:
        if job.target_name == "web1":
            raise RecursionError("a fault of ours")
        return bool(original(job, report))

    monkeypatch.setattr(tracking, broken, fail_once)

    with pytest.raises(RecursionError):
        follower.run_once()

    web2 = Job.objects.get(target_name="web2")
    assert web2.status == ("success" if broken == "end_job" else "running")


def test_a_job_ends_even_if_its_instance_cannot_be_refreshed(
    follower: Follower,
    job: Job,
    published: FakeRapi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_args: object) -> None:
        raise RecursionError("a fault of ours")

    published.finish(1)
    monkeypatch.setattr(refreshing, "refresh_instances", fail)

    with pytest.raises(RecursionError):
        follower.run_once()

    assert status_and_message(job)[0] == JobStatus.SUCCESS
