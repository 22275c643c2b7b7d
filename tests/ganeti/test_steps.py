"""One call after the other: none lost, none done twice."""

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
from tests.ganeti.chains import carry_on, end
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.state import machine

TAG = "ganetimgr:isolate"
CHAIN = (steps.add_tags(TAG), steps.migrate(), steps.start())
AWAY = RapiUnreachable("It refused the connection.", sent=False)

Begin = Callable[..., Job]


@pytest.fixture
def begin(cluster: Cluster, published: FakeRapi, by_alice: Acting) -> Begin:
    """Return a function that shuts web1 down, with steps that follow."""

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


def later(job: Job) -> None:
    """Let the time come when a step may be tried again."""
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now())


def paths(rapi: FakeRapi) -> list[str]:
    return [job.call.path.removeprefix("/2/instances/") for job in rapi.jobs]


# -- in order


def test_steps_are_done_one_after_the_other(
    begin: Begin, cluster: Cluster, published: FakeRapi
) -> None:
    begin(*CHAIN)

    carry_on(cluster, published)

    assert paths(published) == [
        "web1/shutdown",
        "web1/tags",
        "web1/migrate",
        "web1/startup",
    ]
    assert set(Job.objects.values_list("status", flat=True)) == {JobStatus.SUCCESS}


def test_the_next_one_waits_for_the_end_of_the_one_before(
    begin: Begin, published: FakeRapi
) -> None:
    begin(*CHAIN)

    planned.submit_planned()

    assert paths(published) == ["web1/shutdown"]


def test_the_machine_is_busy_all_the_while(
    begin: Begin, cluster: Cluster, published: FakeRapi
) -> None:
    job = begin(*CHAIN)

    end(cluster, published, job)

    assert newest().status == JobStatus.PLANNED
    assert newest().busy_key == Job.busy_key_of(cluster, "web1")


def test_the_entry_in_the_history_goes_along(
    begin: Begin, cluster: Cluster, published: FakeRapi, alice: User
) -> None:
    begin(*CHAIN)

    carry_on(cluster, published)

    entry = AuditEntry.objects.get()
    assert newest().user == alice
    assert {job.audit_entry for job in Job.objects.all()} == {entry}
    assert chain_outcome(entry.jobs.all()) == newest()


def test_a_job_without_steps_plans_none(
    begin: Begin, cluster: Cluster, published: FakeRapi
) -> None:
    job = begin()

    end(cluster, published, job)

    assert Job.objects.count() == 1


# -- with the mark that the job before was handled


def test_the_plan_and_the_mark_are_one(
    begin: Begin, published: FakeRapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A watcher that dies while it handles a job has planned nothing."""
    job = begin(*CHAIN)
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


def test_an_end_that_is_seen_twice_is_followed_once(
    begin: Begin, cluster: Cluster, published: FakeRapi
) -> None:
    job = begin(*CHAIN)
    end(cluster, published, job)

    assert not handlers.handle(job.pk)

    assert Job.objects.count() == 2


def test_a_step_is_submitted_once_however_many_watchers_look(
    begin: Begin,
    cluster: Cluster,
    published: FakeRapi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    end(cluster, published, begin(*CHAIN))
    asked: list[int] = []

    def other_watcher(_call: object) -> None:
        if not asked:
            asked.append(1)
            planned.submit_planned()

    monkeypatch.setattr(published, "on_call", other_watcher)
    planned.submit_planned()

    assert paths(published) == ["web1/shutdown", "web1/tags"]


def test_a_watcher_that_dies_at_the_call_leaves_it_to_be_found(
    begin: Begin, cluster: Cluster, published: FakeRapi
) -> None:
    """The key of the step's job travels with the call, as that of every job."""
    end(cluster, published, begin(steps.add_tags(TAG)))

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


# -- when one fails


@pytest.mark.parametrize("status", ["error", "canceled"])
def test_nothing_follows_what_failed(
    begin: Begin, cluster: Cluster, published: FakeRapi, status: str
) -> None:
    begin(*CHAIN)
    published.finish(1)
    end(cluster, published, newest())
    planned.submit_planned()

    published.finish(2, status)
    carry_on(cluster, published)

    assert paths(published) == ["web1/shutdown", "web1/tags"]
    assert newest().failed
    assert newest().busy_key is None


def test_nothing_follows_what_ganeti_does_not_take(
    begin: Begin, cluster: Cluster, published: FakeRapi
) -> None:
    end(cluster, published, begin(*CHAIN))
    published.fail_submissions(RapiRefused("No such instance", code=404))

    planned.submit_planned()
    published.accept_submissions()
    carry_on(cluster, published)

    assert newest().status == JobStatus.REFUSED
    assert paths(published) == ["web1/shutdown"]


# -- when the cluster is away


def test_a_step_that_did_not_arrive_is_tried_again(
    begin: Begin, cluster: Cluster, published: FakeRapi
) -> None:
    end(cluster, published, begin(steps.add_tags(TAG)))
    published.fail_submissions(AWAY)

    planned.submit_planned()
    published.accept_submissions()
    waiting = newest()
    planned.submit_planned()
    too_early = paths(published)
    later(waiting)
    carry_on(cluster, published)

    assert waiting.status == JobStatus.PLANNED
    assert waiting.busy_key == Job.busy_key_of(cluster, "web1")
    assert waiting.due_at > timezone.now() + timedelta(seconds=10)
    assert too_early == ["web1/shutdown"]
    assert paths(published) == ["web1/shutdown", "web1/tags"]
    assert newest().status == JobStatus.SUCCESS


def test_handlers_are_not_called_before_the_last_attempt(
    begin: Begin,
    cluster: Cluster,
    published: FakeRapi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    statuses: list[str] = []
    monkeypatch.setattr(handlers, "_handlers", {})
    handlers.on_finished(Job.Kind.TAG)(lambda job: statuses.append(job.status))
    end(cluster, published, begin(steps.add_tags(TAG)))
    published.fail_submissions(AWAY)

    planned.submit_planned()
    published.accept_submissions()
    later(newest())
    carry_on(cluster, published)

    assert statuses == [JobStatus.SUCCESS]


def test_the_pauses_grow(begin: Begin, cluster: Cluster, published: FakeRapi) -> None:
    end(cluster, published, begin(steps.add_tags(TAG)))
    AuditEntry.objects.update(created_at=timezone.now() - timedelta(hours=4))
    published.fail_submissions(AWAY)

    planned.submit_planned()

    pause = newest().due_at - timezone.now()
    assert timedelta(minutes=59) < pause < timedelta(minutes=61)


def test_after_a_day_it_is_given_up(
    begin: Begin, cluster: Cluster, published: FakeRapi
) -> None:
    end(cluster, published, begin(*CHAIN))
    AuditEntry.objects.update(created_at=timezone.now() - timedelta(hours=25))
    published.fail_submissions(AWAY)

    planned.submit_planned()
    published.accept_submissions()
    carry_on(cluster, published)

    assert newest().status == JobStatus.NOT_SUBMITTED
    assert newest().handled_at
    assert newest().busy_key is None
    assert paths(published) == ["web1/shutdown"]


def test_what_nobody_asked_for_is_given_up_after_a_day_too(
    begin: Begin, cluster: Cluster, published: FakeRapi
) -> None:
    """Its last attempt is always new."""
    end(cluster, published, begin(*CHAIN))
    Job.objects.update(
        audit_entry=None, created_at=timezone.now() - timedelta(hours=25)
    )
    published.fail_submissions(AWAY)

    planned.submit_planned()

    assert newest().status == JobStatus.NOT_SUBMITTED
    assert newest().handled_at


def test_what_somebody_asked_for_is_not_tried_again(
    begin: Begin, published: FakeRapi
) -> None:
    """They were told that nothing was done, and may have changed their mind."""
    published.fail_submissions(AWAY)

    with pytest.raises(RapiUnreachable):
        begin(*CHAIN)
    handlers.handle(newest().pk)

    assert newest().status == JobStatus.NOT_SUBMITTED
    assert Job.objects.count() == 1


def test_a_step_whose_answer_was_lost_is_found_and_goes_on(
    begin: Begin, cluster: Cluster, published: FakeRapi
) -> None:
    end(cluster, published, begin(steps.add_tags(TAG), steps.migrate()))
    silence = RapiUnreachable("It didn't respond in time.", sent=True)
    published.fail_submissions(silence, after=True)

    planned.submit_planned()
    published.accept_submissions()
    doubtful = newest()
    found = tracking.find_lost_jobs(cluster, [doubtful])
    carry_on(cluster, published)

    assert doubtful.status == JobStatus.IN_DOUBT
    assert found == {doubtful.pk}
    assert paths(published) == ["web1/shutdown", "web1/tags", "web1/migrate"]


# -- beside what others do


def test_a_step_goes_on_beside_what_somebody_else_asked_for(
    begin: Begin, cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    job = begin(steps.add_tags(TAG))
    published.finish(1)
    tracking.finish(job, JobReport(1, JobStatus.SUCCESS))
    begin()  # between the end and what follows from it

    handlers.handle(job.pk)
    carry_on(cluster, published)

    assert sorted(paths(published)) == ["web1/shutdown", "web1/shutdown", "web1/tags"]
    assert published.instances["web1"]["tags"] == ["ganetimgr:user:alice", TAG]


def test_the_watcher_submits_what_is_planned(
    begin: Begin, cluster: Cluster, published: FakeRapi
) -> None:
    end(cluster, published, begin(steps.migrate()))
    watcher = Watcher(workers=1)

    Sweeper(watcher, watcher.stopping).turn()

    assert paths(published) == ["web1/shutdown", "web1/migrate"]
