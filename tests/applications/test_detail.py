"""The page of an application, for its applicant and for staff."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.applications.models import Event, InstanceApplication
from apps.applications.states import Status
from apps.ganeti.domain.job import JobStatus
from apps.ganeti.models import Cluster, Job
from apps.ganeti.state import refreshing
from apps.mails.letters import new_mail
from apps.mails.models import Mail
from tests.applications.conftest import Make
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, text

Kind = Event.Kind


def address(application: InstanceApplication) -> str:
    return reverse("applications:detail", args=[application.pk])


def page(client: Client, user: User, application: InstanceApplication) -> str:
    client.force_login(user)
    return markup(client.get(address(application)))


def build(application: InstanceApplication, cluster: Cluster, **changes: Any) -> Job:
    """Create a job that builds the application's machine."""
    fields: dict[str, Any] = {
        "key": Job.new_key(),
        "cluster": cluster,
        "kind": Job.Kind.CREATE,
        "target_name": application.hostname,
        "status": JobStatus.RUNNING,
        "ganeti_id": 4711,
        "log": [[1, timezone.now().isoformat(), "adding disks on node1"]],
    }
    job = Job.objects.create(**fields | changes)
    InstanceApplication.objects.filter(pk=application.pk).update(
        job=job, cluster=cluster
    )
    application.events.create(kind=Kind.SUBMITTED, job=job)
    return job


@pytest.fixture
def decided(make_application: Make, rhea: User, alice: User) -> InstanceApplication:
    """Return an application that a reviewer changed and accepted."""
    application = make_application(
        status=Status.APPROVED,
        reviewer=rhea,
        admin_comments="Knows what she does.",
        comments="For the shop.",
    )
    application.events.create(kind=Kind.FILED, user=alice)
    application.events.create(
        kind=Kind.CHANGED,
        user=rhea,
        changes=[["memory_mib", "4096", "1024"], ["admin_comments", "", "Knows"]],
    )
    application.events.create(kind=Kind.ACCEPTED, user=rhea, detail="to node group x")
    return application


# -- permissions


@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("alice", 200),
        ("vera", 200),
        ("rhea", 200),
        ("root", 200),
        ("carol", 404),
        ("olga", 404),
    ],
)
def test_applicant_and_staff_can_open_the_page(
    client: Client,
    application: InstanceApplication,
    carol: User,
    olga: User,
    vera: User,
    rhea: User,
    root: User,
    username: str,
    status: int,
) -> None:
    client.force_login(User.objects.get(username=username))

    assert client.get(address(application)).status_code == status


@pytest.mark.parametrize("pk", [0, 10**9, 10**30])
def test_a_missing_application_is_not_found(
    client: Client, root: User, pk: int
) -> None:
    client.force_login(root)

    assert client.get(f"/application/{pk}/").status_code == 404


# -- events


def test_staff_see_users_and_changes_of_events(
    client: Client, vera: User, decided: InstanceApplication
) -> None:
    content = text(page(client, vera, decided))

    assert "Filed alice" in content
    assert "Changed rhea" in content
    assert "Memory, MiB: 4096 1024" in content
    assert "Staff comments: – Knows" in content  # noqa: RUF001 - as the page says it
    assert "Accepted rhea" in content
    assert "to node group x" in content
    assert "Knows what she does." in content


def test_the_applicant_sees_the_outcome_without_reviewer_and_comments(
    client: Client, alice: User, decided: InstanceApplication
) -> None:
    content = text(page(client, alice, decided))

    assert "Filed alice" in content
    assert "Changed Staff" in content
    assert "Memory, MiB: 4096 1024" in content
    assert "you'll get a mail when it's ready." in content
    for secret in ("rhea", "Knows", "node group"):
        assert secret not in content


def test_internal_changes_are_hidden_from_the_applicant(
    client: Client, alice: User, rhea: User, application: InstanceApplication
) -> None:
    application.events.create(
        kind=Kind.CHANGED, user=rhea, changes=[["node_group", "", "x"]]
    )
    application.events.create(kind=Kind.NOT_SUBMITTED, user=rhea)

    content = text(page(client, alice, application))

    assert "Changed" not in content
    assert "Not accepted by the cluster" not in content


def test_a_rejection_is_shown_with_its_reason(
    client: Client, alice: User, make_application: Make
) -> None:
    refused = make_application(
        status=Status.REFUSED, refusal_reason="There is no room.", admin_comments="No."
    )

    content = text(page(client, alice, refused))

    assert "There is no room." in content
    assert "No. " not in content


def test_only_staff_see_the_message_of_ganeti(
    client: Client, alice: User, vera: User, make_application: Make
) -> None:
    failed = make_application(status=Status.FAILED, message="node1 has no memory")

    assert "node1 has no memory" in page(client, vera, failed)
    content = page(client, alice, failed)
    assert "node1" not in content
    assert "couldn't be built" in text(content)


def test_an_unknown_field_in_a_change_breaks_nothing(
    client: Client, vera: User, application: InstanceApplication
) -> None:
    application.events.create(
        kind=Kind.CHANGED, changes=[["gone", None, ["x"]], ["vcpus", 1, 2]]
    )

    assert "Virtual CPUs: 1 2" in text(page(client, vera, application))


def test_input_is_escaped(client: Client, root: User, make_application: Make) -> None:
    script = "<script>alert(1)</script>"
    application = make_application(
        comments=script, admin_comments=script, contact_name=script
    )
    application.events.create(
        kind=Kind.CHANGED, detail=script, changes=[["hostname", script, script]]
    )

    assert "<script>alert" not in page(client, root, application)


# -- jobs


def test_the_page_polls_while_a_job_runs(
    client: Client,
    alice: User,
    vera: User,
    application: InstanceApplication,
    cluster: Cluster,
) -> None:
    job = build(application, cluster)
    busy_page = page(client, alice, application)
    assert 'hx-trigger="every 2s"' in busy_page
    assert "Building…" in page(client, vera, application)

    Job.objects.filter(pk=job.pk).update(
        status=JobStatus.SUCCESS, handled_at=timezone.now()
    )
    finished_page = page(client, alice, application)

    assert "every 2s" not in finished_page


def test_the_page_polls_until_the_end_of_a_job_is_handled(
    client: Client, alice: User, make_application: Make, cluster: Cluster
) -> None:
    application = make_application(status=Status.PROCESSING)
    build(application, cluster, status=JobStatus.SUCCESS)

    assert "every 2s" in page(client, alice, application)


def test_only_staff_see_the_removal_before_a_build(
    client: Client, alice: User, vera: User, make_application: Make, cluster: Cluster
) -> None:
    application = make_application(status=Status.SUBMITTED)
    build(application, cluster, kind=Job.Kind.DESTROY)

    assert "Destroying" in page(client, vera, application)
    assert "destroyed" not in page(client, alice, application)


def test_polls_get_only_the_changing_part(
    client: Client, alice: User, application: InstanceApplication
) -> None:
    client.force_login(alice)

    part = client.get(address(application), headers={"HX-Request": "true"})

    assert isinstance(part, HttpResponse)
    assert "<html" not in markup(part)
    assert 'id="application"' in markup(part)
    assert "HX-Request" in part["Vary"]


def test_staff_see_the_log_of_each_of_its_jobs(
    client: Client,
    alice: User,
    vera: User,
    make_application: Make,
    cluster: Cluster,
) -> None:
    application = make_application(status=Status.FAILED)
    build(
        application,
        cluster,
        status=JobStatus.ERROR,
        message="no memory",
        handled_at=timezone.now(),
    )
    build(application, cluster, ganeti_id=4712)

    content = text(page(client, vera, application))

    assert content.index("Ganeti's job 4712") < content.index("Ganeti's job 4711")
    assert "no memory" in content
    assert "adding disks on node1" in content
    assert "node1" not in page(client, alice, application)


# -- mails


def queue_mail(application: InstanceApplication, to: str, subject: str) -> None:
    mail = new_mail(to, subject, f"text of {subject}\n")
    mail.about = application.mail_key
    mail.save()


def test_staff_see_all_mails_and_the_applicant_her_own(
    client: Client, alice: User, vera: User, application: InstanceApplication
) -> None:
    queue_mail(application, "ALICE@example.org", "Ready")
    queue_mail(application, "manager@example.org", "Look at this")
    Mail.objects.filter(subject__contains="Ready").update(sent_at=timezone.now())

    content = text(page(client, vera, application))
    own = text(page(client, alice, application))

    assert "Ready" in content
    assert "Look at this" in content
    assert "waiting to be sent" in content
    assert "text of Ready" in own
    assert "Look at this" not in own
    assert "manager@" not in own


def test_the_text_of_a_secret_mail_is_not_shown(
    client: Client, vera: User, application: InstanceApplication
) -> None:
    queue_mail(application, "alice@example.org", "Secret")
    Mail.objects.update(secret=True)

    assert "text of" not in page(client, vera, application)


def test_mails_about_another_application_are_not_shown(
    client: Client, vera: User, make_application: Make
) -> None:
    first, second = make_application(), make_application()
    queue_mail(second, "alice@example.org", "Other")

    assert "Other" not in page(client, vera, first)


# -- the machine


def test_the_page_links_to_a_renamed_machine(
    client: Client,
    alice: User,
    carol: User,
    make_application: Make,
    cluster: Cluster,
    rapi: FakeRapi,
) -> None:
    application = make_application(status=Status.CREATED, cluster=cluster)
    tag = f"ganetimgr:application:{application.pk}"
    rapi.add("renamed1", tags=["ganetimgr:user:alice", tag])
    rapi.add(application.hostname, tags=["ganetimgr:user:alice"])
    refreshing.refresh(cluster, force=True)

    content = page(client, alice, application)

    assert 'href="/instances/athens/renamed1/"' in content
    assert f'href="/instances/athens/{application.hostname}/"' not in content


def test_a_machine_of_another_owner_is_not_linked(
    client: Client,
    alice: User,
    make_application: Make,
    cluster: Cluster,
    rapi: FakeRapi,
) -> None:
    application = make_application(status=Status.CREATED, cluster=cluster)
    tag = f"ganetimgr:application:{application.pk}"
    rapi.add("sold1", tags=["ganetimgr:user:dave", tag])
    refreshing.refresh(cluster, force=True)

    assert "sold1" not in page(client, alice, application)


# -- queries


def test_the_number_of_queries_does_not_grow_with_events(
    client: Client,
    vera: User,
    rhea: User,
    application: InstanceApplication,
    cluster: Cluster,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(vera)
    client.get(address(application))
    past = timezone.now() - timedelta(days=1)
    for count in (1, 5):
        for number in range(count):
            build(application, cluster, ganeti_id=number, submitted_at=past)
            application.events.create(kind=Kind.CHANGED, user=rhea)
            queue_mail(application, "alice@example.org", "Ready")
        with django_assert_num_queries(5):
            client.get(address(application))


def test_the_page_calls_no_cluster(
    client: Client, root: User, published: FakeRapi, application: InstanceApplication
) -> None:
    page(client, root, application)

    assert published.calls == []
