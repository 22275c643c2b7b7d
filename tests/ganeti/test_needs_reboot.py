"""The mark that a machine needs a reboot goes when it has had one."""

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
SETTLES = [Job.Kind.REBOOT, Job.Kind.STARTUP]


@pytest.fixture
def marked(cluster: Cluster, published: FakeRapi) -> FakeRapi:
    """Return Ganeti, whose web1 needs a reboot."""
    published.change("web1", tags=[ALICE, TAG])
    assert refreshing.refresh(cluster, force=True)
    return published


def ended(job: Job, status: JobStatus = JobStatus.SUCCESS) -> list[Job]:
    """End a job and return the steps that follow."""
    tracking.finish(job, JobReport(1, status))
    handlers.handle(job.pk)
    return list(Job.objects.planned())


@pytest.mark.parametrize("action", [power.reboot, power.startup])
def test_it_goes_with_a_reboot_or_a_start(
    cluster: Cluster, marked: FakeRapi, by_alice: Acting, action: object
) -> None:
    action(cluster, machine(cluster, "web1"), by=by_alice)  # type: ignore[operator]

    run_to_end(cluster, marked)

    assert marked.instances["web1"]["tags"] == [ALICE]
    assert marked.jobs[-1].call.query["tag"] == [TAG]


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("kind", SETTLES)
@pytest.mark.parametrize("status", sorted(FINAL - {JobStatus.SUCCESS}))
def test_it_stays_when_the_job_failed(
    new_job: NewJob, kind: Job.Kind, status: JobStatus
) -> None:
    assert ended(new_job(kind=kind), status) == []


def test_it_stays_when_the_hypervisor_went_on_with_what_it_had(
    cluster: Cluster, marked: FakeRapi, by_alice: Acting
) -> None:
    power.reboot(cluster, machine(cluster, "web1"), by=by_alice, kind="soft")

    run_to_end(cluster, marked)

    assert len(marked.jobs) == 1


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("kind", SETTLES)
def test_nothing_is_asked_where_there_is_none(new_job: NewJob, kind: Job.Kind) -> None:
    assert ended(new_job(kind=kind)) == []


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(
    "kind", [Job.Kind.SHUTDOWN, Job.Kind.CONFIGURE, Job.Kind.MIGRATE]
)
def test_nothing_else_takes_it_away(new_job: NewJob, kind: Job.Kind) -> None:
    assert ended(new_job(kind=kind)) == []


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(
    "status", [JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.SUCCESS, JobStatus.LOST]
)
def test_it_stays_when_it_is_being_configured_meanwhile(
    new_job: NewJob, status: JobStatus
) -> None:
    reboot = new_job(submitted_at=timezone.now() - timedelta(seconds=9))
    new_job(kind=Job.Kind.CONFIGURE, ganeti_id=2, busy_key=None, status=status)

    assert ended(reboot) == []


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(
    ("status", "ago"),
    [(JobStatus.SUCCESS, 60), (JobStatus.ERROR, 0), (JobStatus.NOT_SUBMITTED, 0)],
    ids=["before", "failed", "never arrived"],
)
def test_it_goes_when_it_was_configured_before_or_not_at_all(
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

    (step,) = ended(reboot)

    assert step.step == {**steps.delete_tags(TAG), "arguments": {"tags": [TAG]}}


@pytest.mark.usefixtures("marked")
def test_only_the_last_of_a_chain_settles_it(new_job: NewJob) -> None:
    (step,) = ended(new_job(then=[steps.migrate()]))

    assert step.kind == Job.Kind.MIGRATE
