"""Removal of the tag "needsreboot" after a reboot."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.auditlog.entries import Acting
from apps.ganeti.domain.job import FINAL, JobReport, JobStatus
from apps.ganeti.jobs import handlers, steps, tracking
from apps.ganeti.models import Cluster, Job
from apps.ganeti.services import power
from apps.ganeti.state import refreshing
from tests.ganeti.chains import run_to_end
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.jobs import NewJob
from tests.ganeti.state import machine

TAG = "ganetimgr:needsreboot"
ALICE = "ganetimgr:user:alice"
REMOVING = [Job.Kind.REBOOT, Job.Kind.STARTUP]


@pytest.fixture
def marked(cluster: Cluster, published: FakeRapi) -> FakeRapi:
    """Return the RAPI with the tag on web1."""
    published.change("web1", tags=[ALICE, TAG])
    assert refreshing.refresh(cluster, force=True)
    return published


def finish_job(job: Job, status: JobStatus = JobStatus.SUCCESS) -> list[Job]:
    """End a job and return the steps that follow."""
    tracking.finish(job, JobReport(1, status))
    handlers.handle(job.pk)
    return list(Job.objects.planned())


@pytest.mark.parametrize("action", [power.reboot, power.startup])
def test_a_reboot_or_start_removes_the_mark(
    cluster: Cluster, marked: FakeRapi, by_alice: Acting, action: object
) -> None:
    action(cluster, machine(cluster, "web1"), by=by_alice)  # type: ignore[operator]

    run_to_end(cluster, marked)

    assert marked.instances["web1"]["tags"] == [ALICE]
    assert marked.jobs[-1].call.query["tag"] == [TAG]


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("kind", REMOVING)
@pytest.mark.parametrize("status", sorted(FINAL - {JobStatus.SUCCESS}))
def test_a_failed_job_keeps_the_mark(
    new_job: NewJob, kind: Job.Kind, status: JobStatus
) -> None:
    assert finish_job(new_job(kind=kind), status) == []


def test_a_soft_reboot_keeps_the_mark(
    cluster: Cluster, marked: FakeRapi, by_alice: Acting
) -> None:
    power.reboot(cluster, machine(cluster, "web1"), by=by_alice, kind="soft")

    run_to_end(cluster, marked)

    assert len(marked.jobs) == 1


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("kind", REMOVING)
def test_no_step_follows_without_a_mark(new_job: NewJob, kind: Job.Kind) -> None:
    assert finish_job(new_job(kind=kind)) == []


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(
    "kind", [Job.Kind.SHUTDOWN, Job.Kind.CONFIGURE, Job.Kind.MIGRATE]
)
def test_other_jobs_keep_the_mark(new_job: NewJob, kind: Job.Kind) -> None:
    assert finish_job(new_job(kind=kind)) == []


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(
    "status", [JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.SUCCESS, JobStatus.LOST]
)
def test_a_later_configuration_keeps_the_mark(
    new_job: NewJob, status: JobStatus
) -> None:
    reboot = new_job(submitted_at=timezone.now() - timedelta(seconds=9))
    new_job(kind=Job.Kind.CONFIGURE, ganeti_id=2, busy_key=None, status=status)

    assert finish_job(reboot) == []


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(
    ("status", "ago"),
    [(JobStatus.SUCCESS, 60), (JobStatus.ERROR, 0), (JobStatus.NOT_SUBMITTED, 0)],
    ids=["before", "failed", "never arrived"],
)
def test_an_earlier_or_failed_configuration_does_not_keep_the_mark(
    new_job: NewJob, status: JobStatus, ago: int
) -> None:
    now = timezone.now()
    reboot = new_job(submitted_at=now - timedelta(seconds=9))
    new_job(
        kind=Job.Kind.CONFIGURE,
        ganeti_id=2,
        busy_key=None,
        status=status,
        submitted_at=now - timedelta(seconds=ago),
    )

    (step,) = finish_job(reboot)

    assert step.step == {**steps.delete_tags(TAG), "arguments": {"tags": [TAG]}}


@pytest.mark.usefixtures("marked")
def test_only_the_last_job_of_a_chain_removes_the_mark(new_job: NewJob) -> None:
    (step,) = finish_job(new_job(then=[steps.migrate()]))

    assert step.kind == Job.Kind.MIGRATE
