import time
from collections.abc import Callable
from datetime import timedelta
from threading import Event

import pytest
from django.utils import timezone

from apps.auditlog.entries import Acting
from apps.ganeti.domain.instance import State
from apps.ganeti.domain.job import JobStatus
from apps.ganeti.jobs import handlers, tracking
from apps.ganeti.models import Cluster, Job
from apps.ganeti.rapi.errors import RapiUnreachable
from apps.ganeti.services import power
from apps.ganeti.watch.follower import Follower
from apps.work import loops
from tests.ganeti.fakes import Call, FakeRapi
from tests.ganeti.jobs import ME, NewJob, now_of
from tests.ganeti.state import contents, machine


@pytest.fixture
def doubtful(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> Callable[..., Job]:
    """Return a maker of jobs whose submission got no answer."""

    def make(*, arrived: bool) -> Job:
        error = RapiUnreachable("It didn't respond in time.", sent=True)
        published.fail_submissions(error, after=arrived)
        power.reboot(cluster, machine(cluster, "web1"), by=by_alice)
        published.accept_submissions()
        tracking.claim(ME, timezone.now())
        return Job.objects.get()

    return make


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up at once what is missing."""
    monkeypatch.setattr("apps.ganeti.watch.pace.MISSING_FOR_S", 0)


# -- following to the end


def test_a_success_is_written_with_its_effect(
    follower: Follower, job: Job, cluster: Cluster, published: FakeRapi
) -> None:
    published.change("web1", status="ERROR_down")
    published.finish(1)

    follower.turn()

    assert now_of(job) == (JobStatus.SUCCESS, "")
    assert machine(cluster, "web1").state is State.RUNNING


def test_only_the_machines_concerned_are_refreshed(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    published.finish(1)

    follower.turn()

    jobs, instances = published.calls
    assert (jobs.path, instances.path) == ("/2/query/job", "/2/query/instance")
    assert instances.body["filter"] == ["&", ["|", ["=", "name", "web1"]]]


def test_a_failure_is_told_in_ganetis_words(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    published.fail(1, "Hypervisor error: &quot;no&quot;")

    follower.turn()

    assert now_of(job) == (JobStatus.ERROR, 'Hypervisor error: "no"')


def test_a_canceled_job_is_no_success(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    published.finish(1, "canceled")

    follower.turn()

    assert now_of(job) == (JobStatus.CANCELED, "")
    assert job.failed


def test_an_archived_job_still_tells_its_end(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    published.finish(1)
    published.archive(1)

    follower.turn()

    assert now_of(job)[0] == JobStatus.SUCCESS


def test_progress_and_log_are_written_on_the_way(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    published.run(1, "Stopping", "Starting")

    follower.turn()

    assert now_of(job)[0] == JobStatus.RUNNING
    assert [text for _serial, _at, text in job.log] == ["Stopping", "Starting"]
    assert job.unfinished


def test_a_job_put_back_into_the_queue_is_followed_there(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    for status in ("waiting", "queued"):
        published.run(1, status=status)
        follower.turn()

    assert now_of(job)[0] == JobStatus.QUEUED


def test_an_end_is_written_even_if_the_machine_cannot_be_refreshed(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    def fail(call: Call) -> None:
        if call.path == "/2/query/instance":
            raise RapiUnreachable("Gone again.", sent=True)

    published.finish(1)
    published.on_call = fail

    follower.turn()

    assert now_of(job)[0] == JobStatus.SUCCESS


def test_a_machine_that_is_gone_at_the_end_disappears(
    follower: Follower, job: Job, cluster: Cluster, published: FakeRapi
) -> None:
    del published.instances["web1"]
    published.fail(1, "Instance 'web1' not known")

    follower.turn()

    assert now_of(job)[0] == JobStatus.ERROR
    assert "web1" not in contents(cluster).instances


def test_a_handler_runs_once_although_two_watchers_see_the_end(
    follower: Follower,
    job: Job,
    cluster: Cluster,
    published: FakeRapi,
    handled: list[Job],
) -> None:
    def let_another_be_quicker(call: Call) -> None:
        if call.path == "/2/query/instance":
            published.on_call = None
            tracking.take("another", job.pk)
            Follower("another", cluster.pk, Event()).turn()

    published.finish(1)
    published.on_call = let_another_be_quicker

    follower.turn()

    assert handled == [job]


# -- many at once


def test_all_jobs_of_a_cluster_are_followed_by_one_call(
    follower: Follower, new_job: NewJob, published: FakeRapi
) -> None:
    for number in range(50):
        path = "/2/instances/web1/reboot"
        published.request("POST", path, query={"reason": "r"})
        new_job(f"web{number}", ganeti_id=number + 1)
    tracking.claim(ME, timezone.now())
    published.calls.clear()

    follower.turn()

    assert len(published.calls) == 1


def test_many_ends_cost_two_calls(
    follower: Follower, new_job: NewJob, published: FakeRapi
) -> None:
    for number in range(50):
        published.request("POST", "/2/instances/web1/reboot")
        published.finish(number + 1)
        new_job(f"web{number}", ganeti_id=number + 1)
    tracking.claim(ME, timezone.now())
    published.calls.clear()

    follower.turn()

    assert len(published.calls) == 2
    assert not Job.objects.unfinished().exists()


def test_who_has_nothing_to_follow_waits_to_be_woken(
    follower: Follower, published: FakeRapi
) -> None:
    assert follower.turn() is None
    assert published.calls == []
    assert follower.idle


def test_the_next_turn_is_half_a_second_later_and_more_without_news(
    follower: Follower, job: Job
) -> None:
    first = follower.turn()
    follower._pace.changed_at -= 20
    later = follower.turn()
    follower._pace.changed_at -= 1000
    latest = follower.turn()

    # Less what the turn itself has taken.
    assert first == pytest.approx(0.5, abs=0.2)
    assert later == pytest.approx(2, abs=0.2)
    assert latest == pytest.approx(5, abs=0.2)


def test_however_many_wake_ups_there_are_at_most_two_calls_a_second(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    began = time.monotonic()

    for _ in range(3):
        follower.wake()
        follower.turn()

    assert len(published.calls) == 3
    assert time.monotonic() - began >= 1


def test_a_wake_up_is_news(follower: Follower, job: Job) -> None:
    follower._pace.changed_at -= 1000

    follower.wake()

    assert follower.turn() == pytest.approx(0.5, abs=0.2)


# -- what goes missing


def test_a_job_that_is_gone_has_an_unknown_outcome(
    follower: Follower, job: Job, published: FakeRapi, impatient: None
) -> None:
    published.forget(1)

    follower.turn()

    assert now_of(job)[0] == JobStatus.LOST
    assert job.busy_key is None


def test_a_job_is_not_given_up_at_the_first_look(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    published.forget(1)

    follower.turn()

    assert now_of(job)[0] == JobStatus.QUEUED


def test_an_outage_in_mid_job_changes_nothing_about_its_end(
    follower: Follower, job: Job, published: FakeRapi, impatient: None
) -> None:
    published.go_down()
    assert follower.turn() == loops.PAUSE_WHEN_DOWN_S
    assert now_of(job)[0] == JobStatus.QUEUED

    published.come_back()
    published.finish(1)
    follower.turn()

    assert now_of(job)[0] == JobStatus.SUCCESS


def test_a_job_in_doubt_that_arrived_is_found_and_followed(
    follower: Follower, doubtful: Callable[..., Job], published: FakeRapi
) -> None:
    job = doubtful(arrived=True)

    follower.turn()
    assert now_of(job)[0] == JobStatus.QUEUED
    published.finish(1)
    follower.turn()

    assert now_of(job)[0] == JobStatus.SUCCESS


def test_a_job_in_doubt_that_never_arrived_frees_the_machine(
    follower: Follower,
    doubtful: Callable[..., Job],
    published: FakeRapi,
    impatient: None,
) -> None:
    job = doubtful(arrived=False)

    follower.turn()

    assert now_of(job) == (JobStatus.NOT_SUBMITTED, "It didn't respond in time.")
    assert job.busy_key is None


def test_a_submitter_that_died_leaves_a_row_that_is_mended(
    follower: Follower, new_job: NewJob, published: FakeRapi, impatient: None
) -> None:
    job = new_job(status=JobStatus.SUBMITTING, ganeti_id=None)
    long_ago = timezone.now() - timedelta(minutes=5)
    Job.objects.update(submitted_at=long_ago)
    tracking.claim(ME, timezone.now())

    follower.turn()

    assert now_of(job)[0] == JobStatus.NOT_SUBMITTED


def test_a_submission_under_way_is_not_disturbed(
    follower: Follower, new_job: NewJob, published: FakeRapi, impatient: None
) -> None:
    job = new_job(status=JobStatus.SUBMITTING, ganeti_id=None)
    tracking.claim(ME, timezone.now())

    follower.turn()

    assert now_of(job)[0] == JobStatus.SUBMITTING
    assert published.calls == []


def test_a_handler_that_fails_does_not_keep_others_from_their_end(
    follower: Follower, new_job: NewJob, published: FakeRapi, handled: list[Job]
) -> None:
    def fail(job: Job) -> None:
        raise RuntimeError("a fault of ours")

    handlers.on_finished(Job.Kind.REBOOT)(fail)
    for number, name in enumerate(("web1", "web2"), start=1):
        published.request("POST", f"/2/instances/{name}/reboot")
        published.finish(number)
        new_job(name, ganeti_id=number)
    tracking.claim(ME, timezone.now())

    follower.turn()

    assert not Job.objects.unfinished().exists()
