"""Deciding only once, submitting again after failures, refusing and discarding."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.test import Client

from apps.accounts import contact
from apps.applications.models import Event, InstanceApplication
from apps.applications.services import reviewing, transitions
from apps.applications.states import REVIEWABLE, Status, TooLate
from apps.auditlog.entries import Acting
from apps.auditlog.models import AuditEntry
from apps.ganeti.models import Cluster
from apps.ganeti.rapi.errors import RapiRefused
from apps.ganeti.state import refreshing
from tests.applications.conftest import Make
from tests.applications.review.sending import address, checked, errors, fresh, post
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, notices, text

Sent = Callable[[], list[EmailMessage]]

# -- once


@pytest.mark.usefixtures("offering")
@pytest.mark.parametrize("do", ["accept", "try", "refuse", "discard"])
@pytest.mark.parametrize(
    "status", [status for status in Status if status not in REVIEWABLE]
)
def test_a_decided_application_is_not_decided_again(
    reviewer: Client, make_application: Make, rapi: FakeRapi, do: str, status: Status
) -> None:
    """Regression: a finished application could be accepted again."""
    application = make_application(status=status)

    response = post(reviewer, application, do, refusal_reason="No.")

    assert response.status_code in {400, 409}
    assert fresh(application).status == status
    assert rapi.jobs == []
    assert reviewer.get(address(application)).status_code == 200


@pytest.mark.usefixtures("offering")
def test_a_second_decision_is_refused_and_names_the_first_reviewer(
    reviewer: Client, root: User, application: InstanceApplication, rapi: FakeRapi
) -> None:
    first = Client()
    first.force_login(root)
    post(first, application, "refuse", refusal_reason="No.")

    response = post(reviewer, application, "accept")

    assert response.status_code == 409
    assert "refused by root" in text(markup(response))
    assert rapi.jobs == []


@pytest.mark.usefixtures("offering")
def test_one_of_two_concurrent_decisions_is_refused(
    application: InstanceApplication,
    rhea: User,
    root: User,
    cluster: Cluster,
    rapi: FakeRapi,
) -> None:
    current = fresh(application)
    values = {name: getattr(application, name) for name in reviewing.REVIEWED_FIELDS}
    reviewing.refuse(current, "No.", "", by=Acting(root))

    with pytest.raises(TooLate):
        reviewing.accept(application, {**values, "cluster": cluster}, by=Acting(rhea))

    assert rapi.jobs == []


@pytest.mark.usefixtures("offering")
def test_a_decision_on_an_outdated_version_is_refused_and_keeps_the_input(
    reviewer: Client, root: User, application: InstanceApplication
) -> None:
    old_version = reviewing.version_of(application)
    transitions.move(application, Status.APPROVED, Event.Kind.ACCEPTED, by=root)
    transitions.move(application, Status.FAILED, Event.Kind.FAILED, message="No room")

    response = post(
        reviewer, application, "accept", version=old_version, memory_mib="4096"
    )

    page = markup(response)
    assert response.status_code == 409
    assert "accepted by root" in text(page)
    assert 'value="4096"' in page
    assert fresh(application).status == Status.FAILED
    assert post(reviewer, fresh(application), "accept").status_code == 302


@pytest.mark.usefixtures("offering")
@pytest.mark.parametrize("version", ["", "nonsense", "2020-01-01T00:00:00"])
def test_a_decision_without_a_valid_version_is_refused(
    reviewer: Client, application: InstanceApplication, version: str
) -> None:
    response = post(reviewer, application, "accept", version=version)

    assert response.status_code == 409


# -- failed applications


@pytest.mark.usefixtures("offering")
def test_a_refused_submission_can_be_submitted_again(
    reviewer: Client, application: InstanceApplication, rapi: FakeRapi
) -> None:
    rapi.fail_submissions(RapiRefused("The queue is full", code=503))

    response = post(reviewer, application, "accept", memory_mib="2048")
    page = reviewer.get(response["Location"])

    stored = fresh(application)
    assert (stored.status, stored.memory_mib) == (Status.FAILED, 2048)
    assert "The queue is full" in " ".join(notices(page))
    assert "Submit again" in text(markup(page))
    assert checked(page, "nic_network") == ["public"]

    rapi.accept_submissions()
    post(reviewer, stored, "accept")
    assert fresh(application).status == Status.SUBMITTED


@pytest.mark.usefixtures("offering")
def test_a_machine_left_by_a_failed_build_is_named_and_does_not_block(
    reviewer: Client, application: InstanceApplication, rapi: FakeRapi, cluster: Cluster
) -> None:
    InstanceApplication.objects.update(status=Status.FAILED, cluster=cluster)
    rapi.add(application.hostname, tags=[f"ganetimgr:application:{application.pk}"])
    refreshing.refresh(cluster, force=True)
    failed = fresh(application)

    page = text(markup(reviewer.get(address(failed))))
    assert f"left {failed.hostname} on athens" in page

    renamed = post(reviewer, failed, "accept", hostname="else.example.org")
    assert "left a machine behind" in errors(renamed)
    assert post(reviewer, failed, "accept").status_code == 302


@pytest.mark.usefixtures("offering")
def test_an_accepted_application_can_be_submitted_later(
    reviewer: Client, make_application: Make, cluster: Cluster, rapi: FakeRapi
) -> None:
    application = make_application(
        status=Status.APPROVED, cluster=cluster, disk_template="plain"
    )

    assert "Submit now" in text(markup(reviewer.get(address(application))))
    reviewer.post(address(application), {"do": "submit"})

    assert fresh(application).status == Status.SUBMITTED
    assert len(rapi.jobs) == 1


# -- refusing and discarding


@pytest.mark.usefixtures("offering")
def test_a_refusal_is_mailed_with_its_reason_in_the_applicants_language(
    reviewer: Client, application: InstanceApplication, alice: User, sent: Sent
) -> None:
    contact.remember_language(alice, "en")

    post(
        reviewer,
        application,
        "refuse",
        refusal_reason="No <room> & no time",
        admin_comments="Ask again in May.",
    )

    (mail,) = sent()
    assert mail.to == [alice.email]
    assert "was rejected" in mail.subject
    assert "No <room> & no time" in str(mail.body)
    assert "May" not in str(mail.body)
    stored = fresh(application)
    assert (stored.status, stored.refusal_reason) == (
        Status.REFUSED,
        "No <room> & no time",
    )
    assert stored.admin_comments == "Ask again in May."


@pytest.mark.usefixtures("offering")
def test_a_refusal_needs_a_reason(
    reviewer: Client, application: InstanceApplication, sent: Sent
) -> None:
    response = post(reviewer, application, "refuse", refusal_reason=" ", vcpus="3")

    assert response.status_code == 400
    assert "Enter a reason" in errors(response)
    assert 'value="3"' in markup(response)
    assert sent() == []


@pytest.mark.usefixtures("offering")
def test_a_discarded_application_sends_no_mail(
    reviewer: Client, application: InstanceApplication, sent: Sent
) -> None:
    post(reviewer, application, "discard")

    assert fresh(application).status == Status.DISCARDED
    assert application.events.get().kind == Event.Kind.DISCARDED
    assert AuditEntry.objects.get().action == reviewing.DISCARD
    assert sent() == []
