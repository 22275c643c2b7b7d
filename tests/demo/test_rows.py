"""The users, applications and other rows of the demo."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.access import is_reviewer
from apps.accounts.contact import language_of
from apps.accounts.models import SshKey
from apps.accounts.person import Person
from apps.applications.models import InstanceApplication
from apps.applications.states import Status
from apps.ganeti.models import Cluster
from apps.mails.models import Mail
from apps.notifications import inbox
from contrib.demo import applications, notifications, people
from ganetimgr.settings.defaults import BASE_DIR


@pytest.fixture
def demo(db: None, settings: Settings, background_refreshes: list[str]) -> None:
    settings.MANAGERS = [("Manager", "manager@example.org")]
    cache.clear()
    people.create()
    for slug in ("athens", "berlin"):
        Cluster.objects.create(slug=slug, hostname=f"{slug}.example.org")
    applications.create()
    notifications.create()


def can_log_in(client: Client, name: str) -> bool:
    data = {"username": name, "password": people.PASSWORD}
    return client.post(reverse("accounts:login"), data).status_code == 302


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("name", people.LOGINS)
def test_listed_users_can_log_in(client: Client, name: str) -> None:
    assert can_log_in(client, name)
    assert client.get(reverse("applications:list")).status_code == 200


@pytest.mark.usefixtures("demo")
def test_alice_has_an_unread_notification() -> None:
    assert inbox.count_unread(User.objects.get(username="alice")) == 1


@pytest.mark.usefixtures("demo")
def test_nobody_else_can_log_in(client: Client) -> None:
    for user in User.objects.exclude(username__in=people.LOGINS):
        assert not can_log_in(client, user.username)


@pytest.mark.usefixtures("demo")
def test_users_have_the_documented_permissions() -> None:
    people_by_name = {
        name: Person.of(User.objects.get(username=name)) for name in people.LOGINS
    }

    assert is_reviewer(people_by_name["rita"])
    assert not is_reviewer(people_by_name["olga"])
    assert User.objects.get(username="leo").has_perm("ganeti.can_isolate")
    assert User.objects.get(username="eva").has_perm("flatpages.change_flatpage")
    assert language_of(User.objects.get(username="eleni")) == "el"


@pytest.mark.usefixtures("demo")
def test_keys_are_as_openssh_writes_them() -> None:
    key = SshKey.objects.get(owner__username="alice")

    assert key.key.startswith("ssh-ed25519 AAAA")
    assert len(key.fingerprint) == 43


@pytest.mark.usefixtures("demo")
def test_there_are_applications_in_every_state_without_a_machine(
    client: Client,
) -> None:
    states = {
        Status(application.status) for application in InstanceApplication.objects.all()
    }

    # "Created" needs a machine, which the simulated clusters have.
    assert states == {
        Status.PENDING,
        Status.FAILED,
        Status.REFUSED,
        Status.DISCARDED,
        Status.WITHDRAWN,
    }
    assert Mail.objects.filter(subject__contains="shop.eleni").exists()
    refused = InstanceApplication.objects.get(status=Status.REFUSED)
    assert all(timezone.now() - at > timedelta(days=1) for at in times_of(refused))
    client.force_login(User.objects.get(username="root"))
    for application in InstanceApplication.objects.all():
        address = reverse("applications:detail", args=[application.pk])
        assert client.get(address).status_code == 200


def times_of(application: InstanceApplication) -> list[datetime]:
    return [application.changed_at, *(event.at for event in application.events.all())]


def test_the_readme_lists_everybody() -> None:
    readme = Path(BASE_DIR / "README.md").read_text()

    for name in (*people.LOGINS, people.WAITING, people.IDLE):
        assert f"`{name}`" in readme
    assert f"`{people.PASSWORD}`" in readme
