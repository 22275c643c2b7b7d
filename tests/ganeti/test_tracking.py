from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.utils import timezone

from apps.ganeti.domain.job import FINAL, JobReport, JobStatus
from apps.ganeti.jobs import handlers, tracking
from apps.ganeti.jobs.job_reason import key_in, reason_of
from apps.ganeti.models import Cluster, Job
from apps.ganeti.rapi.errors import RapiUnreachable
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.jobs import NewJob

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def report(status: JobStatus, message: str = "") -> JobReport:
    return JobReport(1, status, message, ended_at=NOON)


# -- ends


@pytest.mark.parametrize("status", sorted(FINAL))
def test_an_end_frees_the_machine_and_saves_the_message(
    new_job: NewJob, status: JobStatus
) -> None:
    job = new_job()

    assert tracking.finish(job, report(status, "Because."))

    job.refresh_from_db()
    assert (job.status, job.message, job.busy_key) == (status, "Because.", None)
    assert job.finished_at == NOON
    assert job.failed is (status != JobStatus.SUCCESS)


def test_an_unfinished_status_is_refused(new_job: NewJob) -> None:
    with pytest.raises(ValueError, match="running"):
        tracking.finish(new_job(), report(JobStatus.RUNNING))


def test_an_end_is_saved_once(new_job: NewJob) -> None:
    job = new_job()
    tracking.finish(job, report(JobStatus.ERROR, "Not so."))

    assert not tracking.finish(job, report(JobStatus.SUCCESS))

    job.refresh_from_db()
    assert (job.status, job.message) == (JobStatus.ERROR, "Not so.")


def test_late_progress_does_not_undo_an_end(new_job: NewJob) -> None:
    job = new_job()
    tracking.finish(job, report(JobStatus.SUCCESS))

    tracking.progress(job, report(JobStatus.RUNNING))

    job.refresh_from_db()
    assert job.status == JobStatus.SUCCESS


def test_the_log_is_kept_by_an_end_without_log(
    new_job: NewJob, published: FakeRapi, cluster: Cluster
) -> None:
    job = new_job(log=[[1, NOON.isoformat(), "half way"]])

    tracking.finish(job, JobReport(0, JobStatus.LOST))

    job.refresh_from_db()
    assert job.log[0][2] == "half way"


# -- handlers


def test_a_handler_is_called_once_with_the_ended_job(
    new_job: NewJob, handled: list[Job]
) -> None:
    job = new_job()
    tracking.finish(job, report(JobStatus.SUCCESS))

    assert [handlers.handle(job.pk), handlers.handle(job.pk)] == [True, False]

    assert handled == [job]
    assert handled[0].status == JobStatus.SUCCESS


def test_no_handler_is_called_before_the_end(
    new_job: NewJob, handled: list[Job]
) -> None:
    assert not handlers.handle(new_job().pk)
    assert handled == []


def test_a_handler_is_called_for_failed_jobs_too(
    new_job: NewJob, handled: list[Job]
) -> None:
    job = new_job()
    tracking.finish(job, report(JobStatus.CANCELED))
    handlers.handle(job.pk)

    assert [handled_job.status for handled_job in handled] == [JobStatus.CANCELED]


def test_handlers_of_other_kinds_are_not_called(
    new_job: NewJob, handled: list[Job]
) -> None:
    job = new_job(kind=Job.Kind.STARTUP)
    tracking.finish(job, report(JobStatus.SUCCESS))

    assert handlers.handle(job.pk)
    assert handled == []


def test_a_failing_handler_is_rolled_back(
    new_job: NewJob, handled: list[Job], carol: User
) -> None:
    exceptions = [RuntimeError("power cut")]

    def change_user_and_fail(job: Job) -> None:
        User.objects.filter(pk=carol.pk).update(first_name=job.target_name)
        if exceptions:
            raise exceptions.pop()

    handlers.on_finished(Job.Kind.REBOOT)(change_user_and_fail)
    job = new_job()
    tracking.finish(job, report(JobStatus.SUCCESS))

    with pytest.raises(RuntimeError):
        handlers.handle(job.pk)

    carol.refresh_from_db()
    assert carol.first_name == ""
    assert list(Job.objects.unhandled()) == [job]
    assert handlers.handle(job.pk)
    assert not handlers.handle(job.pk)


def test_an_end_is_rolled_back_on_a_database_error(
    new_job: NewJob, handled: list[Job]
) -> None:
    def have_no_database(_job: Job) -> None:
        raise OperationalError("gone away")

    handlers.on_finished(Job.Kind.REBOOT)(have_no_database)
    job = new_job()

    with pytest.raises(OperationalError):
        tracking.end_job(job, report(JobStatus.SUCCESS))

    job.refresh_from_db()
    assert job.unfinished
    assert job.busy_key


def test_an_end_is_kept_if_a_handler_fails(new_job: NewJob, handled: list[Job]) -> None:
    def fail(_job: Job) -> None:
        raise RuntimeError("a fault of ours")

    handlers.on_finished(Job.Kind.REBOOT)(fail)
    job = new_job()

    assert tracking.end_job(job, report(JobStatus.SUCCESS))
    assert not tracking.end_job(job, report(JobStatus.SUCCESS))

    assert list(Job.objects.unhandled()) == [job]


# -- leases


def test_a_job_without_a_follower_is_claimed(new_job: NewJob, cluster: Cluster) -> None:
    job = new_job()

    tracking.claim("me", timezone.now())

    assert tracking.followed_by("me", cluster) == [job]


def test_a_leased_job_is_not_claimed(new_job: NewJob, cluster: Cluster) -> None:
    new_job()
    tracking.claim("another", timezone.now())

    tracking.claim("me", timezone.now())

    assert tracking.followed_by("me", cluster) == []


def test_a_job_is_claimed_when_its_lease_has_expired(
    new_job: NewJob, cluster: Cluster
) -> None:
    job = new_job()
    tracking.claim("another", timezone.now())

    later = timezone.now() + timedelta(seconds=tracking.LEASE_S + 1)
    tracking.claim("me", later)

    assert tracking.followed_by("me", cluster) == [job]
    assert tracking.followed_by("another", cluster) == []


def test_a_renewed_lease_keeps_a_job(new_job: NewJob, cluster: Cluster) -> None:
    new_job(follower="another", leased_until=timezone.now() + timedelta(seconds=0.5))
    tracking.renew("another")

    tracking.claim("me", timezone.now() + timedelta(seconds=1))

    assert tracking.followed_by("me", cluster) == []


def test_a_released_job_can_be_claimed_at_once(
    new_job: NewJob, cluster: Cluster
) -> None:
    job = new_job()
    tracking.claim("another", timezone.now())
    tracking.release("another")

    tracking.claim("me", timezone.now())

    assert tracking.followed_by("me", cluster) == [job]


def test_new_jobs_are_not_claimed_while_they_are_announced(
    new_job: NewJob, cluster: Cluster
) -> None:
    new_job()

    tracking.claim("me", timezone.now(), older_than_s=60)

    assert tracking.followed_by("me", cluster) == []


def test_an_announced_job_is_taken_over(new_job: NewJob, cluster: Cluster) -> None:
    job = new_job()
    tracking.claim("another", timezone.now())

    assert tracking.take("me", job.pk) == job
    assert tracking.followed_by("me", cluster) == [job]


def test_an_ended_job_is_not_taken(new_job: NewJob) -> None:
    job = new_job()
    tracking.finish(job, report(JobStatus.SUCCESS))

    assert tracking.take("me", job.pk) is None
    assert tracking.take("me", 999) is None


# -- keys


def test_a_reason_carries_the_key(new_job: NewJob, alice: User) -> None:
    job = new_job(user=alice)

    assert key_in(reason_of(job)) == job.key


@pytest.mark.parametrize(
    "reason", ["", "ganetimgr", "ganetimgr:", "gnt-instance reboot", "other:key x"]
)
def test_other_reasons_have_no_key(reason: str) -> None:
    assert key_in(reason) is None


def test_a_job_that_arrived_is_found_by_its_key(
    new_job: NewJob, cluster: Cluster, rapi: FakeRapi
) -> None:
    job = new_job(status=JobStatus.IN_DOUBT, ganeti_id=None, message="No answer")
    rapi.request("POST", "/2/instances/db1/reboot", query={"reason": "by hand"})
    rapi.request("POST", "/2/instances/web1/reboot", query={"reason": reason_of(job)})

    assert tracking.find_lost_jobs(cluster, [job]) == {job.pk}

    job.refresh_from_db()
    assert (job.ganeti_id, job.status, job.message) == (2, JobStatus.QUEUED, "")


def test_a_job_that_never_arrived_is_not_found(
    new_job: NewJob, cluster: Cluster, rapi: FakeRapi
) -> None:
    job = new_job(status=JobStatus.IN_DOUBT, ganeti_id=None)
    other = new_job("web2", status=JobStatus.IN_DOUBT, ganeti_id=None)
    rapi.request("POST", "/2/instances/web2/reboot", query={"reason": reason_of(other)})

    assert tracking.find_lost_jobs(cluster, [job]) == set()


def test_only_jobs_since_the_last_known_one_are_searched(
    new_job: NewJob, cluster: Cluster, rapi: FakeRapi
) -> None:
    new_job("web2", ganeti_id=1234)
    job = new_job(status=JobStatus.IN_DOUBT, ganeti_id=None)

    tracking.find_lost_jobs(cluster, [job])

    assert rapi.calls[-1].body["filter"] == [">=", "id", 1234]


def test_a_recent_submission_is_not_searched_for(new_job: NewJob) -> None:
    job = new_job(status=JobStatus.SUBMITTING, ganeti_id=None)
    now = timezone.now()

    assert not tracking.is_search_due(job, now)
    assert tracking.is_search_due(job, now + timedelta(minutes=1))


def test_a_job_not_found_is_not_submitted_or_after_hours_lost(new_job: NewJob) -> None:
    job = new_job(status=JobStatus.IN_DOUBT, ganeti_id=None, message="No answer")
    now = timezone.now()

    soon = tracking.lost_report(job, now)
    late = tracking.lost_report(job, now + timedelta(hours=6))

    assert (soon.status, soon.message) == (JobStatus.NOT_SUBMITTED, "No answer")
    assert late.status == JobStatus.LOST


def test_a_cluster_that_is_down_raises_an_error(
    new_job: NewJob, cluster: Cluster, rapi: FakeRapi
) -> None:
    rapi.go_down()

    with pytest.raises(RapiUnreachable):
        tracking.fetch_reports(cluster, [new_job()])
