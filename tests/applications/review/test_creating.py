"""Creating: superusers file and accept in one step."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.applications.models import Event, InstanceApplication
from apps.applications.services import reviewing
from apps.applications.states import Status
from apps.auditlog.models import AuditEntry
from apps.ganeti.models import Cluster
from apps.ganeti.rapi.errors import RapiRefused
from apps.ganeti.state import refreshing
from tests.applications.conftest import Make
from tests.applications.review.sending import errors
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, notices, text

CREATE = reverse("applications:create")
pytestmark = pytest.mark.usefixtures("offering")


@pytest.fixture
def superuser(client: Client, root: User) -> Client:
    client.force_login(root)
    return client


def post(client: Client, do: str = "create", **changes: Any) -> HttpResponseBase:
    data = {
        "do": do,
        "owner": "alice",
        "hostname": "fast1.example.org",
        "memory_mib": "2048",
        "vcpus": "2",
        "disk_gib": "20",
        "operating_system": "debian",
        "cluster": "athens",
        "shown": "athens",
        "node_group": "",
        "nic_network": "",
        "storage": "plain",
        "volume_group": "",
        **changes,
    }
    return client.post(CREATE, data)


def test_a_machine_is_filed_accepted_and_submitted_at_once(
    superuser: Client, alice: User, root: User, rapi: FakeRapi
) -> None:
    response = post(superuser)

    application = InstanceApplication.objects.get()
    assert response["Location"] == reverse("applications:detail", args=[application.pk])
    assert (application.applicant, application.reviewer) == (alice, root)
    assert application.status == Status.SUBMITTED
    assert [event.kind for event in application.events.all()] == [
        Event.Kind.FILED,
        Event.Kind.ACCEPTED,
        Event.Kind.SUBMITTED,
    ]
    assert "ganetimgr:user:alice" in rapi.jobs[0].call.body["tags"]
    assert AuditEntry.objects.filter(action=reviewing.CREATE).exists()


@pytest.mark.usefixtures("alice")
def test_a_refused_submission_leads_to_the_review(
    superuser: Client, rapi: FakeRapi
) -> None:
    rapi.fail_submissions(RapiRefused("The queue is full", code=503))

    response = post(superuser)
    page = superuser.get(response["Location"])

    application = InstanceApplication.objects.get()
    assert application.status == Status.FAILED
    assert response["Location"] == reverse("applications:review", args=[application.pk])
    assert "The queue is full" in " ".join(notices(page))


@pytest.mark.usefixtures("alice")
def test_a_dry_run_files_no_application(superuser: Client, rapi: FakeRapi) -> None:
    response = post(superuser, "try", memory_mib="4096")

    assert "Dry run on" in text(markup(response))
    assert 'value="4096"' in markup(response)
    assert rapi.jobs[0].call.query["dry-run"] == 1
    assert not InstanceApplication.objects.exists()


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("owner", ["", "ali", "ALICE", "nobody", "a" * 200])
def test_the_owner_must_be_an_exact_user_name(superuser: Client, owner: str) -> None:
    response = post(superuser, owner=owner)

    assert response.status_code == 400
    assert errors(response)
    assert not InstanceApplication.objects.exists()


def test_a_deactivated_owner_is_refused(superuser: Client, alice: User) -> None:
    alice.is_active = False
    alice.save()

    assert "This user doesn't exist" in errors(post(superuser))


def test_a_requested_name_is_refused(superuser: Client, make_application: Make) -> None:
    other = make_application()

    response = post(superuser, hostname=other.hostname)

    assert "Another application requests this name." in errors(response)


def test_clusters_with_fast_create_come_first(
    superuser: Client, farm: dict[str, FakeRapi]
) -> None:
    fast = Cluster(slug="zeta", hostname="zeta.example.org", fast_create=True)
    fast.save()
    refreshing.refresh(fast, force=True)

    page = markup(superuser.get(CREATE))

    assert page.index('value="zeta"') < page.index('value="athens"')


def test_the_page_calls_no_cluster_and_takes_few_queries(
    superuser: Client,
    offering: FakeRapi,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    superuser.get(CREATE)

    with django_assert_max_num_queries(10):
        superuser.get(CREATE)

    assert offering.calls == []


def test_reviewers_cannot_create(client: Client, rhea: User, rapi: FakeRapi) -> None:
    client.force_login(rhea)

    assert client.get(CREATE).status_code == 403
    assert post(client).status_code == 403

    assert AuditEntry.objects.get().refused
    assert rapi.jobs == []
