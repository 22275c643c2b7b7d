"""Building accepted applications: submission, the end of the job, failures, mails."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.applications.models import Event, InstanceApplication
from apps.applications.services import building
from apps.applications.services.building import (
    NotSubmitted,
    left_behind,
    submit,
    submit_dry_run,
)
from apps.applications.states import Status, TooLate
from apps.auditlog.entries import Acting
from apps.auditlog.models import AuditEntry
from apps.ganeti.domain.job import JobReport, JobStatus
from apps.ganeti.jobs import handlers, planned, tracking
from apps.ganeti.models import Cluster, Job
from apps.ganeti.rapi.errors import RapiUnreachable, refusal
from apps.ganeti.state import refreshing
from apps.mails.models import Mail
from tests.applications.conftest import EndJob, Make
from tests.conftest import Sent
from tests.ganeti.fakes import FakeRapi


@pytest.fixture(autouse=True)
def images(settings: Settings) -> None:
    settings.OPERATING_SYSTEMS = {
        "debian": {"description": "Debian", "provider": "image+default"}
    }
    settings.ADMINS = [("Ada", "ada@example.org")]
    settings.MANAGERS = [("Max", "max@example.org")]


@pytest.fixture
def accepted(
    make_application: Make, cluster: Cluster, published: FakeRapi
) -> InstanceApplication:
    """Return an application that was accepted for a reachable cluster."""
    return make_application(
        hostname="new1", status=Status.APPROVED, cluster=cluster, disk_template="plain"
    )


def kinds(application: InstanceApplication) -> Sequence[str]:
    return [event.kind for event in application.events.all()]


def latest_job(application: InstanceApplication) -> Job:
    application.refresh_from_db()
    assert application.job is not None
    return application.job


def test_submission_calls_the_cluster_once_and_is_recorded(
    accepted: InstanceApplication, by_rhea: Acting, published: FakeRapi
) -> None:
    job = submit(accepted, by=by_rhea)

    (call,) = published.calls
    assert (call.method, call.path) == ("POST", "/2/instances")
    assert call.body["instance_name"] == "new1"
    assert accepted.status == Status.SUBMITTED
    assert accepted.job == job
    assert kinds(accepted) == [Event.Kind.SUBMITTED]
    assert job.audit_entry is not None
    assert job.audit_entry.username == "rhea"


def test_owner_and_managers_are_mailed_once_about_a_built_machine(
    accepted: InstanceApplication, by_rhea: Acting, end_job: EndJob, sent: Sent
) -> None:
    job = submit(accepted, by=by_rhea)

    end_job(job)
    handlers.try_to_handle(job.pk)

    accepted.refresh_from_db()
    assert accepted.status == Status.CREATED
    assert kinds(accepted) == [Event.Kind.SUBMITTED, Event.Kind.CREATED]
    to_alice, to_managers = sent()
    assert to_alice.to == ["alice@example.org"]
    assert "/instances/athens/new1/" in str(to_alice.body)
    assert to_managers.to == ["max@example.org"]
    assert "alice" in str(to_managers.body)
    assert Mail.objects.filter(about=accepted.mail_key).count() == 2


def test_the_history_of_a_machine_starts_with_its_creation(
    accepted: InstanceApplication, by_rhea: Acting, end_job: EndJob
) -> None:
    job = submit(accepted, by=by_rhea)

    end_job(job)

    job.refresh_from_db()
    assert job.audit_entry is not None
    assert job.target_id == job.audit_entry.target_id == "uuid-of-new1"


def test_an_application_is_processing_while_its_job_runs(
    accepted: InstanceApplication, by_rhea: Acting
) -> None:
    job = submit(accepted, by=by_rhea)

    tracking.progress(job, JobReport(1, JobStatus.RUNNING))

    accepted.refresh_from_db()
    assert accepted.status == Status.PROCESSING


def test_admins_are_mailed_the_message_of_a_failed_build(
    accepted: InstanceApplication, by_rhea: Acting, end_job: EndJob, sent: Sent
) -> None:
    end_job(submit(accepted, by=by_rhea), JobStatus.ERROR, "OS create script failed")

    accepted.refresh_from_db()
    assert accepted.status == Status.FAILED
    assert accepted.message == "OS create script failed"
    (mail,) = sent()
    assert mail.to == ["ada@example.org"]
    assert "OS create script failed" in str(mail.body)


@pytest.mark.parametrize(
    "end", [JobStatus.CANCELED, JobStatus.LOST, JobStatus.ERROR, JobStatus.REFUSED]
)
def test_any_end_but_success_fails_the_application(
    accepted: InstanceApplication, by_rhea: Acting, end_job: EndJob, end: JobStatus
) -> None:
    """Regression: any end but an error was taken for a success."""
    end_job(submit(accepted, by=by_rhea), end)

    accepted.refresh_from_db()
    assert accepted.status == Status.FAILED


def test_an_application_can_be_submitted_again_after_an_outage(
    accepted: InstanceApplication,
    by_rhea: Acting,
    end_job: EndJob,
    published: FakeRapi,
    sent: Sent,
) -> None:
    published.go_down()
    with pytest.raises(NotSubmitted, match="refused the connection"):
        submit(accepted, by=by_rhea)

    assert accepted.status == Status.FAILED
    assert kinds(accepted) == [Event.Kind.SUBMITTED, Event.Kind.NOT_SUBMITTED]
    assert [mail.to for mail in sent()] == [["ada@example.org"]]

    published.come_back()
    InstanceApplication.objects.advance(accepted, Status.APPROVED)
    end_job(submit(accepted, by=by_rhea))
    accepted.refresh_from_db()
    assert accepted.status == Status.CREATED


def test_a_call_without_answer_is_not_repeated(
    accepted: InstanceApplication, by_rhea: Acting, published: FakeRapi
) -> None:
    lost = RapiUnreachable("It didn't respond in time.", sent=True)
    published.fail_submissions(lost, arrived=True)

    job = submit(accepted, by=by_rhea)

    assert job.status == JobStatus.IN_DOUBT
    assert accepted.status == Status.SUBMITTED


def test_a_refusal_of_ganeti_is_passed_on(
    accepted: InstanceApplication, by_rhea: Acting, published: FakeRapi
) -> None:
    published.fail_submissions(refusal(400, "Invalid body parameters"))

    with pytest.raises(NotSubmitted, match="Invalid body parameters"):
        submit(accepted, by=by_rhea)

    assert accepted.status == Status.FAILED


@pytest.mark.parametrize(
    "changes",
    [{"disabled": True}, {"disable_instance_creation": True}, {"can_write": False}],
)
def test_an_unavailable_cluster_is_not_called(
    accepted: InstanceApplication,
    by_rhea: Acting,
    published: FakeRapi,
    cluster: Cluster,
    changes: dict[str, bool],
) -> None:
    Cluster.objects.update(**changes)
    accepted.refresh_from_db()

    with pytest.raises(NotSubmitted, match="athens"):
        submit(accepted, by=by_rhea)

    assert not published.calls
    assert accepted.status == Status.FAILED
    assert not Job.objects.exists()


def test_a_node_group_locked_since_the_review_is_reported(
    accepted: InstanceApplication,
    by_rhea: Acting,
    published: FakeRapi,
    cluster: Cluster,
) -> None:
    accepted.node_group = "default"
    published.lock_group("default")
    refreshing.refresh(cluster, force=True)

    with pytest.raises(NotSubmitted, match="default is under maintenance"):
        submit(accepted, by=by_rhea)


def test_a_network_deleted_since_the_review_is_reported(
    accepted: InstanceApplication, by_rhea: Acting
) -> None:
    accepted.nic_network = "public"

    with pytest.raises(NotSubmitted, match="network public no longer exists"):
        submit(accepted, by=by_rhea)


def test_a_missing_image_is_reported(
    accepted: InstanceApplication, by_rhea: Acting, settings: Settings
) -> None:
    settings.OPERATING_SYSTEMS = {}

    with pytest.raises(NotSubmitted, match="debian"):
        submit(accepted, by=by_rhea)

    assert kinds(accepted) == [Event.Kind.NOT_SUBMITTED]


def test_the_second_of_two_submissions_is_refused(
    accepted: InstanceApplication, by_rhea: Acting, published: FakeRapi
) -> None:
    same_application = InstanceApplication.objects.get(pk=accepted.pk)
    submit(accepted, by=by_rhea)
    Job.objects.update(busy_key=None)

    with pytest.raises(TooLate):
        submit(same_application, by=by_rhea)

    assert len(published.calls) == 1
    assert Job.objects.count() == 1


@pytest.mark.parametrize("status", [Status.CREATED, Status.REFUSED, Status.PENDING])
def test_only_accepted_applications_are_built(
    make_application: Make,
    cluster: Cluster,
    by_rhea: Acting,
    published: FakeRapi,
    status: Status,
) -> None:
    """Regression: a finished application built a second machine."""
    application = make_application(
        status=status, cluster=cluster, disk_template="plain"
    )

    with pytest.raises(TooLate):
        submit(application, by=by_rhea)

    assert not published.calls
    assert not Job.objects.exists()


# -- machines left by failed builds


@pytest.fixture
def failed(
    accepted: InstanceApplication,
    by_rhea: Acting,
    end_job: EndJob,
    published: FakeRapi,
    cluster: Cluster,
) -> InstanceApplication:
    """Return an application whose build failed and left a machine behind."""
    end_job(submit(accepted, by=by_rhea), JobStatus.ERROR, "OS create script failed")
    published.add("new1", tags=[f"ganetimgr:application:{accepted.pk}"])
    refreshing.refresh(cluster, force=True)
    published.calls.clear()
    accepted.refresh_from_db()
    return accepted


def test_a_machine_left_by_a_failed_build_is_known(failed: InstanceApplication) -> None:
    assert [instance.name for instance in left_behind(failed)] == ["new1"]


def test_a_machine_of_another_user_is_not_taken_for_a_leftover(
    failed: InstanceApplication, published: FakeRapi, cluster: Cluster
) -> None:
    published.change("new1", tags=["ganetimgr:user:carol"])
    refreshing.refresh(cluster, force=True)

    assert left_behind(failed) == []


def test_the_leftover_is_removed_before_building_again(
    failed: InstanceApplication, by_rhea: Acting, end_job: EndJob, published: FakeRapi
) -> None:
    InstanceApplication.objects.advance(failed, Status.APPROVED)

    removal = submit(failed, by=by_rhea)
    assert removal.kind == Job.Kind.DESTROY
    end_job(removal)
    planned.submit_planned()

    build = latest_job(failed)
    assert build.kind == Job.Kind.CREATE
    submissions = [call for call in published.calls if call.method == "POST"]
    assert [call.body["instance_name"] for call in submissions] == ["new1"]
    end_job(build)
    failed.refresh_from_db()
    assert failed.status == Status.CREATED


def test_a_removal_that_fails_is_a_failure_and_can_be_submitted_again(
    failed: InstanceApplication, by_rhea: Acting, end_job: EndJob, published: FakeRapi
) -> None:
    InstanceApplication.objects.advance(failed, Status.APPROVED)

    end_job(submit(failed, by=by_rhea), JobStatus.ERROR, "Node is marked offline")
    planned.submit_planned()

    failed.refresh_from_db()
    assert failed.status == Status.FAILED
    assert failed.message == "Node is marked offline"


def test_an_image_deleted_during_the_removal_is_a_failure(
    failed: InstanceApplication, by_rhea: Acting, end_job: EndJob, settings: Settings
) -> None:
    InstanceApplication.objects.advance(failed, Status.APPROVED)
    end_job(submit(failed, by=by_rhea))
    settings.OPERATING_SYSTEMS = {}

    planned.submit_planned()
    handlers.handle(latest_job(failed).pk)

    failed.refresh_from_db()
    assert failed.status == Status.FAILED
    assert "debian" in failed.message


@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_retried_build_is_no_failure_in_any_order_of_handlers(
    is_reversed: bool,
    failed: InstanceApplication,
    by_rhea: Acting,
    end_job: EndJob,
    published: FakeRapi,
    sent: Sent,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registered = handlers._handlers[Job.Kind.CREATE]
    handlers_in_order = [*reversed(registered)] if is_reversed else registered
    monkeypatch.setitem(handlers._handlers, Job.Kind.CREATE, handlers_in_order)
    mails_before = len(sent())
    InstanceApplication.objects.advance(failed, Status.APPROVED)
    end_job(submit(failed, by=by_rhea))
    published.go_down()

    planned.submit_planned()

    build = latest_job(failed)
    assert (build.kind, build.status) == (Job.Kind.CREATE, JobStatus.PLANNED)
    assert failed.status == Status.SUBMITTED
    assert Event.Kind.FAILED not in kinds(failed)[2:]
    assert len(sent()) == mails_before


def test_a_build_without_further_attempts_fails_its_application_once(
    failed: InstanceApplication,
    by_rhea: Acting,
    end_job: EndJob,
    published: FakeRapi,
    sent: Sent,
) -> None:
    InstanceApplication.objects.advance(failed, Status.APPROVED)
    end_job(submit(failed, by=by_rhea))
    mails_before = len(sent())
    AuditEntry.objects.update(created_at=timezone.now() - timedelta(days=2))
    published.go_down()

    planned.submit_planned()

    build = latest_job(failed)
    assert build.status == JobStatus.NOT_SUBMITTED
    assert failed.status == Status.FAILED
    assert len(sent()) == mails_before + 1


# -- dry runs


def test_a_dry_run_is_submitted_and_changes_nothing(
    accepted: InstanceApplication, by_rhea: Acting, published: FakeRapi
) -> None:
    accepted.memory_mib = 4096  # not saved

    job = submit_dry_run(accepted, by=by_rhea)

    (call,) = published.calls
    assert call.query["dry-run"] == 1
    assert call.body["beparams"]["memory"] == 4096
    assert job.kind == Job.Kind.TRY_CREATE
    accepted.refresh_from_db()
    assert accepted.status == Status.APPROVED
    assert accepted.memory_mib == 1024


def test_a_dry_run_does_not_block_the_build(
    accepted: InstanceApplication, by_rhea: Acting
) -> None:
    submit_dry_run(accepted, by=by_rhea)

    assert submit(accepted, by=by_rhea).kind == Job.Kind.CREATE


def test_a_dry_run_on_a_cluster_that_is_down_is_reported(
    accepted: InstanceApplication, by_rhea: Acting, published: FakeRapi
) -> None:
    published.go_down()

    with pytest.raises(NotSubmitted, match="refused the connection"):
        submit_dry_run(accepted, by=by_rhea)


def test_keys_are_fetched_from_the_address_of_the_site(
    accepted: InstanceApplication, settings: Settings
) -> None:
    settings.SITE_URL = "https://vps.example.org/"
    settings.OPERATING_SYSTEMS["debian"]["ssh_key_param"] = "keys_url"

    body = building.arguments(accepted)

    address = f"/application/{accepted.pk}/{accepted.cookie}/ssh_keys"
    assert body["osparams"] == {"keys_url": f"https://vps.example.org{address}"}
