"""Taking an application back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from apps.applications.models import Event, InstanceApplication
from apps.applications.states import FINAL, Status
from apps.auditlog.models import AuditEntry
from tests.applications.conftest import Make
from tests.ganeti.pages import markup, notices


def withdrawing(application: InstanceApplication) -> str:
    return reverse("applications:withdraw", args=[application.pk])


def page(application: InstanceApplication) -> str:
    return reverse("applications:detail", args=[application.pk])


def test_the_applicant_takes_it_back(
    client: Client, alice: User, application: InstanceApplication
) -> None:
    client.force_login(alice)
    assert withdrawing(application) in markup(client.get(page(application)))

    response = client.post(withdrawing(application), follow=True)

    application.refresh_from_db()
    assert application.status == Status.WITHDRAWN
    assert notices(response) == ["The application was withdrawn."]
    assert Event.objects.get().kind == Event.Kind.WITHDRAWN
    assert AuditEntry.objects.get().action == "withdraw"
    assert withdrawing(application) not in markup(response)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.PENDING}))
def test_what_is_decided_is_not_taken_back(
    client: Client, alice: User, make_application: Make, status: Status
) -> None:
    application = make_application(status=status)
    client.force_login(alice)
    assert withdrawing(application) not in markup(client.get(page(application)))

    response = client.post(withdrawing(application), follow=True)

    application.refresh_from_db()
    assert application.status == status
    assert "already been decided" in notices(response)[0]
    assert not Event.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("carol", 404), ("vera", 403), ("rhea", 403), ("root", 403)]
)
def test_nobody_else_does_and_the_attempt_is_recorded_and_told(
    client: Client,
    carol: User,
    vera: User,
    rhea: User,
    root: User,
    application: InstanceApplication,
    sent: Callable[[], list[EmailMessage]],
    settings: Settings,
    who: str,
    status: int,
) -> None:
    settings.MANAGERS = [("Manager", "manager@example.org")]
    client.force_login(User.objects.get(username=who))

    response = client.post(withdrawing(application))

    application.refresh_from_db()
    entry = AuditEntry.objects.get()
    assert response.status_code == status
    assert application.status == Status.PENDING
    assert (entry.username, entry.action, entry.refused) == (who, "withdraw", True)
    assert len(sent()) == 1


def test_a_stranger_learns_nothing_of_what_there_is(
    client: Client, carol: User, application: InstanceApplication
) -> None:
    client.force_login(carol)
    missing = InstanceApplication(pk=application.pk + 1)

    for address in (page, withdrawing):
        method = client.get if address is page else client.post
        there, not_there = method(address(application)), method(address(missing))
        assert there.status_code == not_there.status_code == 404


@given(
    status=st.sampled_from(Status),
    posted=st.dictionaries(
        st.sampled_from(["status", "to", "name_claim", "next"]),
        st.sampled_from([*Status, "", "x\x00"]),
    ),
    where=st.sampled_from(["withdraw", "detail", "list", "apply"]),
)
def test_whatever_is_posted_moves_it_no_other_way(
    client: Client,
    alice: User,
    make_application: Make,
    status: Status,
    posted: Any,
    where: str,
) -> None:
    application = make_application(status=status)
    client.force_login(alice)
    given_pk = [application.pk] if where in {"withdraw", "detail"} else []

    response = client.post(reverse(f"applications:{where}", args=given_pk), posted)

    application.refresh_from_db()
    withdrawn = where == "withdraw" and status == Status.PENDING
    assert response.status_code < 500
    assert application.status == (Status.WITHDRAWN if withdrawn else status)
    assert (application.name_claim is None) == (application.status in FINAL)
