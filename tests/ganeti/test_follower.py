import time
from collections.abc import Callable
from datetime import timedelta
from threading import Event

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from apps.auditlog.entries import Acting
from apps.ganeti.domain.instance import State
from apps.ganeti.domain.job import JobStatus
from apps.ganeti.jobs import handlers, tracking
from apps.ganeti.models import Cluster, Job
from apps.ganeti.rapi.errors import RapiUnreachable
from apps.ganeti.services import maintenance, power
from apps.ganeti.watch.follower import Follower
from apps.work import loops
from tests.ganeti.fakes import Call, FakeRapi
from tests.ganeti.jobs import WATCHER, NewJob, status_and_message
from tests.ganeti.state import contents, machine


@pytest.fixture
def job_in_doubt(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> Callable[..., Job]:
    """Return a factory of jobs whose submission got no response."""

    def make(*, arrived: bool) -> Job:
        error = RapiUnreachable("It didn't respond in time.", sent=True)
        published.fail_submissions(error, arrived=arrived)
        power.reboot(cluster, machine(cluster, "web1"), by=by_alice)
        published.accept_submissions()
        tracking.claim(WATCHER, timezone.now())
        return Job.objects.get()

    return make


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give missing jobs up at once."""
    monkeypatch.setattr("apps.ganeti.watch.pace.MISSING_FOR_S", 0)


# -- ends


def test_a_success_is_saved_and_the_machine_refreshed(
    follower: Follower, job: Job, cluster: Cluster, published: FakeRapi
) -> None:
    published.change("web1", status="ERROR_down")
    published.finish(1)

    follower.run_once()

    assert status_and_message(job) == (JobStatus.SUCCESS, "")
    assert machine(cluster, "web1").state is State.RUNNING


def test_only_machines_of_ended_jobs_are_refreshed(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    published.finish(1)

    follower.run_once()

    jobs, instances = published.calls
    assert (jobs.path, instances.path) == ("/2/query/job", "/2/query/instance")
    assert instances.body["filter"] == ["&", ["|", ["=", "name", "web1"]]]


def test_groups_of_ended_jobs_are_refreshed(
    follower: Follower, cluster: Cluster, published: FakeRapi, root: User
) -> None:
    group = contents(cluster).groups["default"]
    maintenance.start(cluster, group, "New disks.", by=Acting(root))
    tracking.claim(WATCHER, timezone.now())
    published.finish(1)
    published.calls.clear()

    follower.run_once()

    paths = [call.path for call in published.calls]
    assert paths == ["/2/query/job", "/2/query/group"]
    assert contents(cluster).groups["default"].locked


def test_a_failure_has_ganetis_message(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    published.fail(1, "Hypervisor error: &quot;no&quot;")

    follower.run_once()

    assert status_and_message(job) == (JobStatus.ERROR, 'Hypervisor error: "no"')


def test_a_canceled_job_has_failed(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    published.finish(1, "canceled")

    follower.run_once()

    assert status_and_message(job) == (JobStatus.CANCELED, "")
    assert job.failed


def test_the_end_of_an_archived_job_is_noticed(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    published.finish(1)
    published.archive(1)

    follower.run_once()

    assert status_and_message(job)[0] == JobStatus.SUCCESS


def test_progress_and_log_are_saved(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    published.run(1, "Stopping", "Starting")

    follower.run_once()

    assert status_and_message(job)[0] == JobStatus.RUNNING
    assert [text for _serial, _at, text in job.log] == ["Stopping", "Starting"]
    assert job.unfinished


def test_a_job_may_return_to_the_queue(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    for status in ("waiting", "queued"):
        published.run(1, status=status)
        follower.run_once()

    assert status_and_message(job)[0] == JobStatus.QUEUED


def test_an_end_is_saved_even_if_the_machine_cannot_be_refreshed(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    def fail(call: Call) -> None:
        if call.path == "/2/query/instance":
            raise RapiUnreachable("Gone again.", sent=True)

    published.finish(1)
    published.on_call = fail

    follower.run_once()

    assert status_and_message(job)[0] == JobStatus.SUCCESS


def test_a_removed_machine_disappears_at_the_end_of_its_job(
    follower: Follower, job: Job, cluster: Cluster, published: FakeRapi
) -> None:
    del published.instances["web1"]
    published.fail(1, "Instance 'web1' not known")

    follower.run_once()

    assert status_and_message(job)[0] == JobStatus.ERROR
    assert "web1" not in contents(cluster).instances


def test_a_handler_runs_once_for_two_watchers(
    follower: Follower,
    job: Job,
    cluster: Cluster,
    published: FakeRapi,
    handled: list[Job],
) -> None:
    def finish_in_another_watcher(call: Call) -> None:
        if call.path == "/2/query/instance":
            published.on_call = None
            tracking.take("another", job.pk)
            Follower("another", cluster.pk, Event()).run_once()

    published.finish(1)
    published.on_call = finish_in_another_watcher

    follower.run_once()

    assert handled == [job]


# -- many jobs


def test_all_jobs_of_a_cluster_are_queried_by_one_call(
    follower: Follower, new_job: NewJob, published: FakeRapi
) -> None:
    for number in range(50):
        path = "/2/instances/web1/reboot"
        published.request("POST", path, query={"reason": "r"})
        new_job(f"web{number}", ganeti_id=number + 1)
    tracking.claim(WATCHER, timezone.now())
    published.calls.clear()

    follower.run_once()

    assert len(published.calls) == 1


def test_many_ends_cost_two_calls(
    follower: Follower, new_job: NewJob, published: FakeRapi
) -> None:
    for number in range(50):
        published.request("POST", "/2/instances/web1/reboot")
        published.finish(number + 1)
        new_job(f"web{number}", ganeti_id=number + 1)
    tracking.claim(WATCHER, timezone.now())
    published.calls.clear()

    follower.run_once()

    assert len(published.calls) == 2
    assert not Job.objects.unfinished().exists()


def test_an_idle_follower_waits_to_be_woken(
    follower: Follower, published: FakeRapi
) -> None:
    assert follower.run_once() is None
    assert published.calls == []
    assert follower.idle


def test_pauses_grow_while_the_job_does_not_change(
    follower: Follower, job: Job
) -> None:
    first_pause = follower.run_once()
    follower._pace.changed_at -= 20
    later_pause = follower.run_once()
    follower._pace.changed_at -= 1000
    latest_pause = follower.run_once()

    # Minus the duration of the turn.
    assert first_pause == pytest.approx(0.5, abs=0.2)
    assert later_pause == pytest.approx(2, abs=0.2)
    assert latest_pause == pytest.approx(5, abs=0.2)


def test_wake_ups_cause_at_most_two_calls_a_second(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    started = time.monotonic()

    for _ in range(3):
        follower.wake()
        follower.run_once()

    assert len(published.calls) == 3
    assert time.monotonic() - started >= 1


def test_a_wake_up_shortens_the_pause(follower: Follower, job: Job) -> None:
    follower._pace.changed_at -= 1000

    follower.wake()

    assert follower.run_once() == pytest.approx(0.5, abs=0.2)


# -- missing jobs


def test_a_job_unknown_to_ganeti_is_lost(
    follower: Follower, job: Job, published: FakeRapi, no_patience: None
) -> None:
    published.forget(1)

    follower.run_once()

    assert status_and_message(job)[0] == JobStatus.LOST
    assert job.busy_key is None


def test_a_missing_job_is_not_given_up_at_once(
    follower: Follower, job: Job, published: FakeRapi
) -> None:
    published.forget(1)

    follower.run_once()

    assert status_and_message(job)[0] == JobStatus.QUEUED


def test_a_job_is_followed_to_its_end_across_an_outage(
    follower: Follower, job: Job, published: FakeRapi, no_patience: None
) -> None:
    published.go_down()
    assert follower.run_once() == loops.PAUSE_WHEN_DOWN_S
    assert status_and_message(job)[0] == JobStatus.QUEUED

    published.come_back()
    published.finish(1)
    follower.run_once()

    assert status_and_message(job)[0] == JobStatus.SUCCESS


def test_a_job_in_doubt_that_arrived_is_found_and_followed(
    follower: Follower, job_in_doubt: Callable[..., Job], published: FakeRapi
) -> None:
    job = job_in_doubt(arrived=True)

    follower.run_once()
    assert status_and_message(job)[0] == JobStatus.QUEUED
    published.finish(1)
    follower.run_once()

    assert status_and_message(job)[0] == JobStatus.SUCCESS


def test_a_job_in_doubt_that_never_arrived_frees_the_machine(
    follower: Follower,
    job_in_doubt: Callable[..., Job],
    published: FakeRapi,
    no_patience: None,
) -> None:
    job = job_in_doubt(arrived=False)

    follower.run_once()

    assert status_and_message(job) == (
        JobStatus.NOT_SUBMITTED,
        "It didn't respond in time.",
    )
    assert job.busy_key is None


def test_a_job_of_a_dead_submitter_is_not_submitted(
    follower: Follower, new_job: NewJob, published: FakeRapi, no_patience: None
) -> None:
    job = new_job(status=JobStatus.SUBMITTING, ganeti_id=None)
    long_ago = timezone.now() - timedelta(minutes=5)
    Job.objects.update(submitted_at=long_ago)
    tracking.claim(WATCHER, timezone.now())

    follower.run_once()

    assert status_and_message(job)[0] == JobStatus.NOT_SUBMITTED


def test_a_running_submission_is_left_alone(
    follower: Follower, new_job: NewJob, published: FakeRapi, no_patience: None
) -> None:
    job = new_job(status=JobStatus.SUBMITTING, ganeti_id=None)
    tracking.claim(WATCHER, timezone.now())

    follower.run_once()

    assert status_and_message(job)[0] == JobStatus.SUBMITTING
    assert published.calls == []


def test_a_failing_handler_does_not_block_other_jobs(
    follower: Follower, new_job: NewJob, published: FakeRapi, handled: list[Job]
) -> None:
    def fail(job: Job) -> None:
        raise RuntimeError("a fault of ours")

    handlers.on_finished(Job.Kind.REBOOT)(fail)
    for number, name in enumerate(("web1", "web2"), start=1):
        published.request("POST", f"/2/instances/{name}/reboot")
        published.finish(number)
        new_job(name, ganeti_id=number)
    tracking.claim(WATCHER, timezone.now())

    follower.run_once()

    assert not Job.objects.unfinished().exists()
