"""Steps of a chain: order, retries, failures."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from apps.auditlog.entries import Acting
from apps.auditlog.models import AuditEntry
from apps.ganeti.domain.job import JobReport, JobStatus, Step
from apps.ganeti.jobs import handlers, planned, steps, tracking
from apps.ganeti.jobs.submission import Action, submit
from apps.ganeti.jobs.targets import instance_target
from apps.ganeti.models import Cluster, Job
from apps.ganeti.models.job import chain_outcome
from apps.ganeti.rapi.client import RapiClient
from apps.ganeti.rapi.errors import RapiRefused, RapiUnreachable
from apps.ganeti.watch.sweeper import Sweeper
from apps.ganeti.watch.watcher import Watcher
from tests.ganeti.chains import finish_job, run_to_end
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.state import machine

TAG = "ganetimgr:isolate"
CHAIN = (steps.add_tags(TAG), steps.migrate(), steps.start())
AWAY = RapiUnreachable("It refused the connection.", sent=False)

SubmitChain = Callable[..., Job]


@pytest.fixture
def submit_chain(
    cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> SubmitChain:
    """Return a function that submits a shutdown of web1 followed by steps."""

    def shut_down(*then: Step) -> Job:
        def call(client: RapiClient, reason: str) -> int:
            return client.shutdown("web1", reason=reason)

        action = Action(Job.Kind.SHUTDOWN, call, then=then)
        return submit(
            cluster, instance_target(machine(cluster, "web1")), action, by=by_alice
        )

    return shut_down


def newest() -> Job:
    return Job.objects.order_by("-pk")[0]


def make_due(job: Job) -> None:
    """Make the next attempt of a step due."""
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now())


def paths(rapi: FakeRapi) -> list[str]:
    return [job.call.path.removeprefix("/2/instances/") for job in rapi.jobs]


# -- in order


def test_steps_are_submitted_one_after_the_other(
    submit_chain: SubmitChain, cluster: Cluster, published: FakeRapi
) -> None:
    submit_chain(*CHAIN)

    run_to_end(cluster, published)

    assert paths(published) == [
        "web1/shutdown",
        "web1/tags",
        "web1/migrate",
        "web1/startup",
    ]
    assert set(Job.objects.values_list("status", flat=True)) == {JobStatus.SUCCESS}


def test_a_step_waits_for_the_end_of_the_previous_job(
    submit_chain: SubmitChain, published: FakeRapi
) -> None:
    submit_chain(*CHAIN)

    planned.submit_planned()

    assert paths(published) == ["web1/shutdown"]


def test_the_machine_stays_busy_between_steps(
    submit_chain: SubmitChain, cluster: Cluster, published: FakeRapi
) -> None:
    job = submit_chain(*CHAIN)

    finish_job(cluster, published, job)

    assert newest().status == JobStatus.PLANNED
    assert newest().busy_key == Job.busy_key_of(cluster, "web1")


def test_all_jobs_of_a_chain_share_the_audit_entry(
    submit_chain: SubmitChain, cluster: Cluster, published: FakeRapi, alice: User
) -> None:
    submit_chain(*CHAIN)

    run_to_end(cluster, published)

    entry = AuditEntry.objects.get()
    assert newest().user == alice
    assert {job.audit_entry for job in Job.objects.all()} == {entry}
    assert chain_outcome(entry.jobs.all()) == newest()


def test_no_step_is_planned_without_steps(
    submit_chain: SubmitChain, cluster: Cluster, published: FakeRapi
) -> None:
    job = submit_chain()

    finish_job(cluster, published, job)

    assert Job.objects.count() == 1


# -- planning


def test_planning_is_rolled_back_if_handling_fails(
    submit_chain: SubmitChain, published: FakeRapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A watcher that dies while handling a job leaves no planned step."""
    job = submit_chain(*CHAIN)
    report = JobReport(1, JobStatus.SUCCESS)
    tracking.finish(job, report)

    def die(_job: Job) -> None:
        raise KeyboardInterrupt

    registered = handlers._handlers.get(Job.Kind.SHUTDOWN, [])
    with monkeypatch.context() as patched:
        patched.setitem(handlers._handlers, Job.Kind.SHUTDOWN, [*registered, die])
        with pytest.raises(KeyboardInterrupt):
            handlers.handle(job.pk)
    assert Job.objects.count() == 1

    handlers.handle(job.pk)
    assert newest().status == JobStatus.PLANNED


def test_an_end_seen_twice_plans_one_step(
    submit_chain: SubmitChain, cluster: Cluster, published: FakeRapi
) -> None:
    job = submit_chain(*CHAIN)
    finish_job(cluster, published, job)

    assert not handlers.handle(job.pk)

    assert Job.objects.count() == 2


def test_a_step_is_submitted_once_by_two_watchers(
    submit_chain: SubmitChain,
    cluster: Cluster,
    published: FakeRapi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    finish_job(cluster, published, submit_chain(*CHAIN))
    calls: list[int] = []

    def other_watcher(_call: object) -> None:
        if not calls:
            calls.append(1)
            planned.submit_planned()

    monkeypatch.setattr(published, "on_call", other_watcher)
    planned.submit_planned()

    assert paths(published) == ["web1/shutdown", "web1/tags"]


def test_a_step_of_a_watcher_that_died_can_be_given_up(
    submit_chain: SubmitChain, cluster: Cluster, published: FakeRapi
) -> None:
    """The key in the job's reason shows whether it was submitted."""
    finish_job(cluster, published, submit_chain(steps.add_tags(TAG)))

    def die(_call: object) -> None:
        raise KeyboardInterrupt

    published.on_call = die
    with pytest.raises(KeyboardInterrupt):
        planned.submit_planned()
    published.on_call = None
    job = newest()

    assert job.status == JobStatus.SUBMITTING
    assert tracking.find_lost_jobs(cluster, [job]) == set()
    late = timezone.now() + timedelta(minutes=5)
    assert tracking.is_search_over(job, late)
    assert tracking.lost_report(job, late).status == JobStatus.NOT_SUBMITTED


# -- failures


@pytest.mark.parametrize("status", ["error", "canceled"])
def test_no_step_follows_a_failed_job(
    submit_chain: SubmitChain, cluster: Cluster, published: FakeRapi, status: str
) -> None:
    submit_chain(*CHAIN)
    published.finish(1)
    finish_job(cluster, published, newest())
    planned.submit_planned()

    published.finish(2, status)
    run_to_end(cluster, published)

    assert paths(published) == ["web1/shutdown", "web1/tags"]
    assert newest().failed
    assert newest().busy_key is None


def test_no_step_follows_a_refused_job(
    submit_chain: SubmitChain, cluster: Cluster, published: FakeRapi
) -> None:
    finish_job(cluster, published, submit_chain(*CHAIN))
    published.fail_submissions(RapiRefused("No such instance", code=404))

    planned.submit_planned()
    published.accept_submissions()
    run_to_end(cluster, published)

    assert newest().status == JobStatus.REFUSED
    assert paths(published) == ["web1/shutdown"]


# -- unreachable clusters


def test_a_step_that_was_not_submitted_is_retried(
    submit_chain: SubmitChain, cluster: Cluster, published: FakeRapi
) -> None:
    finish_job(cluster, published, submit_chain(steps.add_tags(TAG)))
    published.fail_submissions(AWAY)

    planned.submit_planned()
    published.accept_submissions()
    waiting = newest()
    planned.submit_planned()
    too_early = paths(published)
    make_due(waiting)
    run_to_end(cluster, published)

    assert waiting.status == JobStatus.PLANNED
    assert waiting.busy_key == Job.busy_key_of(cluster, "web1")
    assert waiting.due_at > timezone.now() + timedelta(seconds=10)
    assert too_early == ["web1/shutdown"]
    assert paths(published) == ["web1/shutdown", "web1/tags"]
    assert newest().status == JobStatus.SUCCESS


def test_handlers_are_called_after_the_last_attempt_only(
    submit_chain: SubmitChain,
    cluster: Cluster,
    published: FakeRapi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    statuses: list[str] = []
    monkeypatch.setattr(handlers, "_handlers", {})
    handlers.on_finished(Job.Kind.TAG)(lambda job: statuses.append(job.status))
    finish_job(cluster, published, submit_chain(steps.add_tags(TAG)))
    published.fail_submissions(AWAY)

    planned.submit_planned()
    published.accept_submissions()
    make_due(newest())
    run_to_end(cluster, published)

    assert statuses == [JobStatus.SUCCESS]


def test_pauses_between_attempts_grow(
    submit_chain: SubmitChain, cluster: Cluster, published: FakeRapi
) -> None:
    finish_job(cluster, published, submit_chain(steps.add_tags(TAG)))
    AuditEntry.objects.update(created_at=timezone.now() - timedelta(hours=4))
    published.fail_submissions(AWAY)

    planned.submit_planned()

    pause = newest().due_at - timezone.now()
    assert timedelta(minutes=59) < pause < timedelta(minutes=61)


def test_a_step_is_given_up_after_a_day(
    submit_chain: SubmitChain, cluster: Cluster, published: FakeRapi
) -> None:
    finish_job(cluster, published, submit_chain(*CHAIN))
    AuditEntry.objects.update(created_at=timezone.now() - timedelta(hours=25))
    published.fail_submissions(AWAY)

    planned.submit_planned()
    published.accept_submissions()
    run_to_end(cluster, published)

    assert newest().status == JobStatus.NOT_SUBMITTED
    assert newest().handled_at
    assert newest().busy_key is None
    assert paths(published) == ["web1/shutdown"]


def test_a_step_without_audit_entry_is_given_up_after_a_day(
    submit_chain: SubmitChain, cluster: Cluster, published: FakeRapi
) -> None:
    """Each attempt is a new job, so the age of the chain counts."""
    finish_job(cluster, published, submit_chain(*CHAIN))
    Job.objects.update(
        audit_entry=None, created_at=timezone.now() - timedelta(hours=25)
    )
    published.fail_submissions(AWAY)

    planned.submit_planned()

    assert newest().status == JobStatus.NOT_SUBMITTED
    assert newest().handled_at


def test_the_first_job_of_a_chain_is_not_retried(
    submit_chain: SubmitChain, published: FakeRapi
) -> None:
    """The user was told that nothing was done, and may not want it any more."""
    published.fail_submissions(AWAY)

    with pytest.raises(RapiUnreachable):
        submit_chain(*CHAIN)
    handlers.handle(newest().pk)

    assert newest().status == JobStatus.NOT_SUBMITTED
    assert Job.objects.count() == 1


def test_a_step_in_doubt_is_found_and_the_chain_continues(
    submit_chain: SubmitChain, cluster: Cluster, published: FakeRapi
) -> None:
    finish_job(cluster, published, submit_chain(steps.add_tags(TAG), steps.migrate()))
    no_response = RapiUnreachable("It didn't respond in time.", sent=True)
    published.fail_submissions(no_response, arrived=True)

    planned.submit_planned()
    published.accept_submissions()
    doubtful = newest()
    found_pks = tracking.find_lost_jobs(cluster, [doubtful])
    run_to_end(cluster, published)

    assert doubtful.status == JobStatus.IN_DOUBT
    assert found_pks == {doubtful.pk}
    assert paths(published) == ["web1/shutdown", "web1/tags", "web1/migrate"]


# -- concurrency


def test_a_step_is_submitted_beside_another_users_job(
    submit_chain: SubmitChain, cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    job = submit_chain(steps.add_tags(TAG))
    published.finish(1)
    tracking.finish(job, JobReport(1, JobStatus.SUCCESS))
    submit_chain()  # between the end and its handling

    handlers.handle(job.pk)
    run_to_end(cluster, published)

    assert sorted(paths(published)) == ["web1/shutdown", "web1/shutdown", "web1/tags"]
    assert published.instances["web1"]["tags"] == ["ganetimgr:user:alice", TAG]


def test_the_watcher_submits_planned_steps(
    submit_chain: SubmitChain, cluster: Cluster, published: FakeRapi
) -> None:
    finish_job(cluster, published, submit_chain(steps.migrate()))
    watcher = Watcher(workers=1)

    Sweeper(watcher, watcher.stopping).run_once()

    assert paths(published) == ["web1/shutdown", "web1/migrate"]
