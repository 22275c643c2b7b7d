"""Applications in the administration: no status can be changed there."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from apps.applications.models import Event, InstanceApplication
from apps.applications.states import Status
from tests.ganeti.pages import markup

LIST = reverse("admin:applications_instanceapplication_changelist")
NO_EVENTS = {
    "events-TOTAL_FORMS": "0",
    "events-INITIAL_FORMS": "0",
}


def address(application: InstanceApplication) -> str:
    return reverse(
        "admin:applications_instanceapplication_change", args=[application.pk]
    )


@pytest.fixture
def admin(client: Client, root: User) -> Client:
    client.force_login(root)
    return client


def post(client: Client, application: InstanceApplication, **data: Any) -> int:
    return client.post(address(application), NO_EVENTS | data).status_code


def test_an_application_is_listed_and_shown_with_its_events(
    admin: Client, application: InstanceApplication, alice: User
) -> None:
    application.events.create(kind=Event.Kind.FILED, user=alice, detail="by hand")

    assert application.hostname in markup(admin.get(LIST, {"q": "new1"}))
    assert "by hand" in markup(admin.get(address(application)))


def test_the_cookie_is_not_shown(
    admin: Client, application: InstanceApplication
) -> None:
    assert application.cookie not in markup(admin.get(address(application)))


def test_the_status_cannot_be_changed(
    admin: Client, application: InstanceApplication
) -> None:
    for status in Status:
        assert post(admin, application, status=status, hostname="x.example.org") == 302

    application.refresh_from_db()
    assert application.status == Status.PENDING
    assert application.hostname == "new1.example.org"


def test_comments_and_contacts_can_be_changed(
    admin: Client, application: InstanceApplication
) -> None:
    InstanceApplication.objects.advance(application, Status.WITHDRAWN)

    assert post(admin, application, admin_comments="A note", contact_name="Al") == 302

    application.refresh_from_db()
    assert application.admin_comments == "A note"
    assert application.contact_name == "Al"
    assert application.name_claim is None


def test_applications_cannot_be_added(admin: Client) -> None:
    add = reverse("admin:applications_instanceapplication_add")

    assert admin.get(add).status_code == 403


def test_viewers_cannot_change(
    client: Client, vera: User, application: InstanceApplication
) -> None:
    vera.is_staff = True
    vera.save()
    client.force_login(vera)

    assert client.get(address(application)).status_code == 200
    assert post(client, application, admin_comments="A note") == 403


def test_staff_without_the_permission_see_none(
    client: Client, carol: User, application: InstanceApplication
) -> None:
    carol.is_staff = True
    carol.save()
    client.force_login(carol)

    assert client.get(LIST).status_code == 403
    assert client.get(address(application)).status_code == 403
