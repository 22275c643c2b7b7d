"""Withdrawing an application."""

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


def withdraw_address(application: InstanceApplication) -> str:
    return reverse("applications:withdraw", args=[application.pk])


def detail_address(application: InstanceApplication) -> str:
    return reverse("applications:detail", args=[application.pk])


def test_the_applicant_withdraws_an_application(
    client: Client, alice: User, application: InstanceApplication
) -> None:
    client.force_login(alice)
    assert withdraw_address(application) in markup(
        client.get(detail_address(application))
    )

    response = client.post(withdraw_address(application), follow=True)

    application.refresh_from_db()
    assert application.status == Status.WITHDRAWN
    assert notices(response) == ["The application was withdrawn."]
    assert Event.objects.get().kind == Event.Kind.WITHDRAWN
    assert AuditEntry.objects.get().action == "withdraw"
    assert withdraw_address(application) not in markup(response)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.PENDING}))
def test_a_decided_application_is_not_withdrawn(
    client: Client, alice: User, make_application: Make, status: Status
) -> None:
    application = make_application(status=status)
    client.force_login(alice)
    assert withdraw_address(application) not in markup(
        client.get(detail_address(application))
    )

    response = client.post(withdraw_address(application), follow=True)

    application.refresh_from_db()
    assert application.status == status
    assert "already been decided" in notices(response)[0]
    assert not Event.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("username", "status"),
    [("carol", 404), ("vera", 403), ("rhea", 403), ("root", 403)],
)
def test_withdrawing_by_others_is_refused_recorded_and_reported(
    client: Client,
    carol: User,
    vera: User,
    rhea: User,
    root: User,
    application: InstanceApplication,
    sent: Callable[[], list[EmailMessage]],
    settings: Settings,
    username: str,
    status: int,
) -> None:
    settings.MANAGERS = [("Manager", "manager@example.org")]
    client.force_login(User.objects.get(username=username))

    response = client.post(withdraw_address(application))

    application.refresh_from_db()
    entry = AuditEntry.objects.get()
    assert response.status_code == status
    assert application.status == Status.PENDING
    assert (entry.username, entry.action, entry.refused) == (username, "withdraw", True)
    assert len(sent()) == 1


def test_missing_and_foreign_applications_get_the_same_answer(
    client: Client, carol: User, application: InstanceApplication
) -> None:
    client.force_login(carol)
    missing = InstanceApplication(pk=application.pk + 1)

    for address in (detail_address, withdraw_address):
        method = client.get if address is detail_address else client.post
        answer, answer_to_missing = (
            method(address(application)),
            method(address(missing)),
        )
        assert answer.status_code == answer_to_missing.status_code == 404


@given(
    status=st.sampled_from(Status),
    data=st.dictionaries(
        st.sampled_from(["status", "to", "name_claim", "next"]),
        st.sampled_from([*Status, "", "x\x00"]),
    ),
    view=st.sampled_from(["withdraw", "detail", "list", "apply"]),
)
def test_no_form_data_makes_another_transition(
    client: Client,
    alice: User,
    make_application: Make,
    status: Status,
    data: Any,
    view: str,
) -> None:
    application = make_application(status=status)
    client.force_login(alice)
    arguments = [application.pk] if view in {"withdraw", "detail"} else []

    response = client.post(reverse(f"applications:{view}", args=arguments), data)

    application.refresh_from_db()
    withdrawn = view == "withdraw" and status == Status.PENDING
    assert response.status_code < 500
    assert application.status == (Status.WITHDRAWN if withdrawn else status)
    assert (application.name_claim is None) == (application.status in FINAL)
