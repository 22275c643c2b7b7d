"""A user who sends notifications, and one who reads the archive."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from apps.accounts.person import Person
from apps.auditlog.entries import Acting
from apps.notifications import audience, sending, targets
from apps.notifications.models import Notification
from apps.notifications.targets import Target, TargetKind
from tests.ganeti.fakes import FakeRapi

Draft = Callable[..., Notification]
SendNow = Callable[[Notification], None]


@pytest.fixture(autouse=True)
def _isolated_state(empty_caches: None, background_refreshes: list[str]) -> None:
    pass


def grant(user: User, *codenames: str) -> User:
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return user


@pytest.fixture
def nora(db: None) -> User:
    """Create Nora, who sends notifications."""
    user = User.objects.create_user("nora", "nora@example.org")
    return grant(user, "view_instances", "send_notifications")


@pytest.fixture
def arthur(db: None) -> User:
    """Create Arthur, who may only see the archive."""
    user = User.objects.create_user("arthur", "arthur@example.org")
    return grant(user, "view_notifications")


@pytest.fixture
def sender(client: Client, nora: User, published: FakeRapi) -> Client:
    client.force_login(nora)
    return client


@pytest.fixture
def draft(nora: User) -> Draft:
    """Return a function that creates drafts: by Nora, to web1's owners."""

    def create(*chosen: Target, **changes: Any) -> Notification:
        web1 = Target(TargetKind.INSTANCE, "web1", "athens")
        fields: dict[str, Any] = {
            "author": nora,
            "author_name": "nora",
            "subject_en": "News for {{ user }}",
            "body_en": "About **{{ instances }}**.",
            "targets": targets.stored(chosen or [web1]),
        }
        return Notification.objects.create(**fields | changes)

    return create


@pytest.fixture
def send_now(nora: User, published: FakeRapi) -> SendNow:
    """Return a function that confirms a draft as it is."""

    def send(notification: Notification) -> None:
        reached = audience.of(notification, Person.of(nora))
        shown = audience.digest(notification, reached)
        sending.confirm(notification, shown, by=Acting(nora))

    return send


@pytest.fixture
def write_letters(db: None) -> Callable[[], int]:
    """Return a function that writes all letters, as the watcher does."""

    def write() -> int:
        written = 0
        while Notification.objects.filter(status="sending").exists():
            written += sending.post_waiting()
        return written

    return write
