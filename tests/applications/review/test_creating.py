"""Superusers file and accept in one step."""

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
    sent = {
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
    return client.post(CREATE, sent)


def test_a_machine_is_filed_accepted_and_submitted_at_once(
    superuser: Client, alice: User, root: User, rapi: FakeRapi
) -> None:
    response = post(superuser)

    made = InstanceApplication.objects.get()
    assert response["Location"] == reverse("applications:detail", args=[made.pk])
    assert (made.applicant, made.reviewer) == (alice, root)
    assert made.status == Status.SUBMITTED
    assert [event.kind for event in made.events.all()] == [
        Event.Kind.FILED,
        Event.Kind.ACCEPTED,
        Event.Kind.SUBMITTED,
    ]
    assert "ganetimgr:user:alice" in rapi.jobs[0].call.body["tags"]
    assert AuditEntry.objects.filter(action=reviewing.CREATE).exists()


@pytest.mark.usefixtures("alice")
def test_what_the_cluster_does_not_take_can_be_reviewed(
    superuser: Client, rapi: FakeRapi
) -> None:
    rapi.fail_submissions(RapiRefused("The queue is full", code=503))

    response = post(superuser)
    page = superuser.get(response["Location"])

    made = InstanceApplication.objects.get()
    assert made.status == Status.FAILED
    assert response["Location"] == reverse("applications:review", args=[made.pk])
    assert "The queue is full" in " ".join(notices(page))


@pytest.mark.usefixtures("alice")
def test_a_trial_needs_no_application(superuser: Client, rapi: FakeRapi) -> None:
    response = post(superuser, "try", memory_mib="4096")

    assert "Dry run on" in text(markup(response))
    assert 'value="4096"' in markup(response)
    assert rapi.jobs[0].call.query["dry-run"] == 1
    assert not InstanceApplication.objects.exists()


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("owner", ["", "ali", "ALICE", "nobody", "a" * 200])
def test_the_owner_is_named_letter_for_letter(superuser: Client, owner: str) -> None:
    response = post(superuser, owner=owner)

    assert response.status_code == 400
    assert errors(response)
    assert not InstanceApplication.objects.exists()


def test_no_machine_for_an_account_that_is_off(superuser: Client, alice: User) -> None:
    alice.is_active = False
    alice.save()

    assert "This user doesn't exist" in errors(post(superuser))


def test_a_name_that_is_asked_for_is_refused(
    superuser: Client, make_application: Make
) -> None:
    other = make_application()

    response = post(superuser, hostname=other.hostname)

    assert "Another application requests this name." in errors(response)


def test_clusters_of_fast_creation_are_offered_first(
    superuser: Client, rapi_by_host: dict[str, FakeRapi]
) -> None:
    fast = Cluster(slug="zeta", hostname="zeta.example.org", fast_create=True)
    fast.save()
    refreshing.refresh(fast, force=True)

    page = markup(superuser.get(CREATE))

    assert page.index('value="zeta"') < page.index('value="athens"')


def test_the_page_asks_no_cluster_and_costs_little(
    superuser: Client,
    offering: FakeRapi,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    superuser.get(CREATE)

    with django_assert_max_num_queries(10):
        superuser.get(CREATE)

    assert offering.calls == []


def test_reviewers_do_not_create(client: Client, rhea: User, rapi: FakeRapi) -> None:
    client.force_login(rhea)

    assert client.get(CREATE).status_code == 403
    assert post(client).status_code == 403

    assert AuditEntry.objects.get().refused
    assert rapi.jobs == []
