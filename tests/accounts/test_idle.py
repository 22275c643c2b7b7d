"""Idle accounts."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts import contact
from apps.accounts.models import IdleNotice
from tests.conftest import Sent
from tests.ganeti.pages import markup, text

pytestmark = pytest.mark.django_db


def create_user(name: str, days: int | None, **values: object) -> User:
    """Create a user whose last login is so many days ago; None: never."""
    now = timezone.now()
    last_login = None if days is None else now - timedelta(days=days)
    values = {
        "date_joined": now - timedelta(days=400),
        "last_login": last_login,
        **values,
    }
    user = User.objects.create_user(name, f"{name}@example.org")
    User.objects.filter(pk=user.pk).update(**values)
    return user


@pytest.fixture
def users() -> dict[str, User]:
    users = [
        create_user("long", 181),
        create_user("never", None),
        create_user("lately", 179),
        create_user("new", None, date_joined=timezone.now()),
        create_user("off", 300, is_active=False),
        create_user("mailless", 200, email=""),
    ]
    return {user.username: user for user in users}


def run(*options: str) -> str:
    out = StringIO()
    call_command("idle_accounts", *options, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("users")
def test_idle_users_are_asked(sent: Sent) -> None:
    assert "2 were asked" in run()

    assert sorted(mail.to[0] for mail in sent()) == [
        "long@example.org",
        "never@example.org",
    ]


@pytest.mark.usefixtures("users")
def test_a_user_is_asked_again_only_after_the_idle_period(
    sent: Sent,
) -> None:
    run()
    assert "0 were asked" in run()

    IdleNotice.objects.update(sent_at=timezone.now() - timedelta(days=180))
    assert "2 were asked" in run()
    assert len(sent()) == 4


@pytest.mark.usefixtures("users")
def test_a_dry_run_lists_idle_users_and_sends_no_mail(sent: Sent) -> None:
    output = run("--dry-run")

    assert "long <long@example.org>" in output
    assert "2 would be asked" in output
    assert sent() == []
    assert not IdleNotice.objects.exists()


def test_the_mail_is_in_the_users_language(users: dict[str, User], sent: Sent) -> None:
    contact.remember_language(users["long"], "el")

    run()

    languages = {mail.to[0]: mail.alternatives[0].content for mail in sent()}  # type: ignore[attr-defined]
    assert '<html lang="el"' in languages["long@example.org"]
    assert '<html lang="en"' in languages["never@example.org"]


@pytest.mark.usefixtures("users")
def test_staff_see_a_list_of_idle_users(client: Client) -> None:
    olga = create_user("olga", 0)
    olga.user_permissions.add(Permission.objects.get(codename="view_instances"))
    client.force_login(olga)

    page = text(markup(client.get(reverse("ganeti:idle-accounts"))))

    assert "3 in total" in page
    assert "no email address" in page
    assert "lately" not in page
