from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from apps.auditlog.entries import Acting
from apps.auditlog.models import AuditEntry
from apps.ganeti.access import INVISIBLE, Answer, Verdict
from apps.ganeti.domain.instance import Instance
from apps.ganeti.domain.job import JobStatus
from apps.ganeti.encryption import UndecryptableError
from apps.ganeti.jobs.job_reason import key_in
from apps.ganeti.jobs.submission import Action, NotNow, refuse, submit
from apps.ganeti.jobs.targets import instance_target
from apps.ganeti.models import Cluster, Job
from apps.ganeti.rapi.client import RapiClient
from apps.ganeti.rapi.errors import (
    RapiError,
    RapiProtocolError,
    RapiUnreachable,
    refusal,
)
from tests.conftest import Sent
from tests.ganeti.fakes import Call, FakeRapi
from tests.ganeti.fixtures import ADDRESS
from tests.ganeti.state import machine


def reboot(client: RapiClient, reason: str) -> int:
    return client.reboot("web1", reason=reason)


REBOOT = Action(Job.Kind.REBOOT, reboot, "hard reboot")
FORBIDDEN = Verdict(Answer.FORBIDDEN, "This machine is locked by staff.")


@pytest.fixture
def web1(cluster: Cluster, published: FakeRapi) -> Instance:
    return machine(cluster, "web1")


Submit = Callable[[], Job]


@pytest.fixture
def submit_reboot(cluster: Cluster, web1: Instance, by_alice: Acting) -> Submit:
    return lambda: submit(cluster, instance_target(web1), REBOOT, by=by_alice)


def only_job() -> Job:
    return Job.objects.select_related("audit_entry").get()


# -- accepted


def test_a_job_has_ganetis_id_and_waits_in_the_queue(
    submit_reboot: Submit, published: FakeRapi
) -> None:
    job = submit_reboot()

    assert job.ganeti_id == published.jobs[0].id
    assert job.status == JobStatus.QUEUED
    assert job.unfinished


def test_the_job_is_written_down_before_ganeti_is_asked(
    submit_reboot: Submit, published: FakeRapi
) -> None:
    statuses: list[str] = []

    def look(_call: Call) -> None:
        statuses.append(only_job().status)

    published.on_call = look
    submit_reboot()

    assert statuses == [JobStatus.SUBMITTING]


def test_the_jobs_key_and_the_persons_name_travel_in_the_reason(
    submit_reboot: Submit, published: FakeRapi
) -> None:
    job = submit_reboot()

    reason = published.jobs[0].reason
    assert key_in(reason) == job.key
    assert "alice" in reason
    assert "hard reboot" in reason


def test_who_did_what_from_where_is_recorded(
    submit_reboot: Submit, alice: User
) -> None:
    job = submit_reboot()

    entry = AuditEntry.objects.get()
    assert job.audit_entry == entry
    assert (entry.user, entry.username, entry.address) == (alice, "alice", ADDRESS)
    assert (entry.action, entry.cluster, entry.target_name) == (
        "reboot",
        "athens",
        "web1",
    )
    assert not entry.refused


# -- one job at a time


def test_a_busy_machine_gets_no_second_job(
    submit_reboot: Submit, published: FakeRapi
) -> None:
    submit_reboot()

    with pytest.raises(NotNow, match="web1"):
        submit_reboot()

    assert len(published.jobs) == Job.objects.count() == 1
    assert AuditEntry.objects.count() == 1


def test_of_two_at_once_one_is_told_to_wait(
    submit_reboot: Submit, published: FakeRapi
) -> None:
    seconds: list[Exception] = []

    def come_second(_call: Call) -> None:
        published.on_call = None
        with pytest.raises(NotNow) as caught:
            submit_reboot()
        seconds.append(caught.value)

    published.on_call = come_second
    submit_reboot()

    assert len(seconds) == 1
    assert len(published.jobs) == 1


def test_another_machine_is_not_kept_waiting(
    submit_reboot: Submit, cluster: Cluster, published: FakeRapi, by_alice: Acting
) -> None:
    submit_reboot()

    submit(cluster, instance_target(machine(cluster, "web2")), REBOOT, by=by_alice)

    assert len(published.jobs) == 2


def test_a_machine_of_the_same_name_elsewhere_is_another(
    submit_reboot: Submit, farm: dict[str, FakeRapi], web1: Instance, by_alice: Acting
) -> None:
    sparta = Cluster.objects.create(hostname="sparta.example.org", slug="sparta")
    farm[sparta.hostname] = FakeRapi()
    farm[sparta.hostname].add("web1")
    submit_reboot()

    assert submit(sparta, instance_target(web1), REBOOT, by=by_alice).unfinished


# -- not accepted


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (refusal(500, "Not so"), JobStatus.REFUSED),
        (refusal(409, "Not so"), JobStatus.REFUSED),
        (refusal(401, "Not so"), JobStatus.REFUSED),
        (RapiUnreachable("Not so", sent=False), JobStatus.NOT_SUBMITTED),
    ],
    ids=["refused", "conflict", "no permission", "unreachable"],
)
def test_what_surely_made_no_job_is_over_at_once(
    submit_reboot: Submit, published: FakeRapi, error: RapiError, status: JobStatus
) -> None:
    published.fail_submissions(error)

    with pytest.raises(type(error)):
        submit_reboot()

    job = only_job()
    assert (job.status, job.message, job.busy_key) == (status, "Not so", None)
    assert job.finished_at is not None
    assert job.audit_entry is not None


@pytest.mark.parametrize(
    "error",
    [RapiUnreachable("No answer", sent=True), RapiProtocolError("No answer")],
    ids=["no answer", "HTML"],
)
@pytest.mark.parametrize("arrived", [True, False])
def test_what_may_have_made_a_job_is_in_doubt_and_keeps_the_machine(
    submit_reboot: Submit, published: FakeRapi, error: RapiError, arrived: bool
) -> None:
    published.fail_submissions(error, after=arrived)

    job = submit_reboot()

    assert job == only_job()
    assert (job.status, job.unfinished) == (JobStatus.IN_DOUBT, True)
    assert job.busy_key is not None


def test_after_a_refusal_the_machine_is_free_again(
    submit_reboot: Submit, published: FakeRapi
) -> None:
    published.fail_submissions(refusal(500, "No"))
    with pytest.raises(RapiError):
        submit_reboot()

    published.accept_submissions()

    assert submit_reboot().unfinished


def test_a_password_that_no_key_reads_submits_nothing(
    submit_reboot: Submit, cluster: Cluster, published: FakeRapi
) -> None:
    cluster.password_encrypted = "not ours"

    with pytest.raises(UndecryptableError):
        submit_reboot()

    assert only_job().status == JobStatus.NOT_SUBMITTED
    assert published.calls == []


def test_a_watcher_that_was_quicker_is_not_overruled(
    submit_reboot: Submit, published: FakeRapi
) -> None:
    def finish_first(_call: Call) -> None:
        Job.objects.update(status=JobStatus.SUCCESS, ganeti_id=99, busy_key=None)

    published.on_call = finish_first

    job = submit_reboot()

    assert (job.status, job.ganeti_id) == (JobStatus.SUCCESS, 99)


# -- refused by us


def test_a_refused_attempt_is_recorded_and_in_the_digest(
    cluster: Cluster,
    web1: Instance,
    by_alice: Acting,
    settings: Settings,
    sent: Sent,
) -> None:
    settings.MANAGERS = [("Staff", "staff@example.org")]

    error = refuse(FORBIDDEN, "reboot", instance_target(web1), by=by_alice)

    entry = AuditEntry.objects.get()
    assert entry.refused
    assert (entry.action, entry.target_name, entry.username) == (
        "reboot",
        "web1",
        "alice",
    )
    assert str(error) == entry.detail == FORBIDDEN.reason
    (mail,) = sent()
    assert mail.to == ["staff@example.org"]
    for word in ("alice", "web1", "athens", ADDRESS, str(FORBIDDEN.reason)):
        assert word in mail.body


def test_a_stranger_is_told_nothing_but_the_record_says_why(
    cluster: Cluster, web1: Instance, carol: User
) -> None:
    error = refuse(INVISIBLE, "reboot", instance_target(web1), by=Acting(carol))

    assert str(error) == ""
    assert AuditEntry.objects.get().detail == "The machine belongs to another user."
