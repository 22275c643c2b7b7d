"""Accounts that nobody has used for long."""

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


def somebody(name: str, days: int | None, **values: object) -> User:
    """Make somebody who was in so many days ago, or never."""
    now = timezone.now()
    last = None if days is None else now - timedelta(days=days)
    values = {"date_joined": now - timedelta(days=400), "last_login": last, **values}
    user = User.objects.create_user(name, f"{name}@example.org")
    User.objects.filter(pk=user.pk).update(**values)
    return user


@pytest.fixture
def everybody() -> dict[str, User]:
    made = [
        somebody("long", 181),
        somebody("never", None),
        somebody("lately", 179),
        somebody("new", None, date_joined=timezone.now()),
        somebody("off", 300, is_active=False),
        somebody("mailless", 200, email=""),
    ]
    return {user.username: user for user in made}


def run(*options: str) -> str:
    out = StringIO()
    call_command("idle_accounts", *options, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("everybody")
def test_those_who_were_not_in_for_long_are_asked(sent: Sent) -> None:
    assert "2 were asked" in run()

    assert sorted(mail.to[0] for mail in sent()) == [
        "long@example.org",
        "never@example.org",
    ]


@pytest.mark.usefixtures("everybody")
def test_nobody_is_asked_again_the_next_day_but_after_as_long_again(
    sent: Sent,
) -> None:
    run()
    assert "0 were asked" in run()

    IdleNotice.objects.update(sent_at=timezone.now() - timedelta(days=180))
    assert "2 were asked" in run()
    assert len(sent()) == 4


@pytest.mark.usefixtures("everybody")
def test_a_dry_run_names_them_and_writes_to_nobody(sent: Sent) -> None:
    said = run("--dry-run")

    assert "long <long@example.org>" in said
    assert "2 would be asked" in said
    assert sent() == []
    assert not IdleNotice.objects.exists()


def test_each_is_asked_in_their_language(
    everybody: dict[str, User], sent: Sent
) -> None:
    contact.remember_language(everybody["long"], "el")

    run()

    languages = {mail.to[0]: mail.alternatives[0].content for mail in sent()}  # type: ignore[attr-defined]
    assert '<html lang="el"' in languages["long@example.org"]
    assert '<html lang="en"' in languages["never@example.org"]


@pytest.mark.usefixtures("everybody")
def test_the_page_lists_them_for_staff(client: Client) -> None:
    olga = somebody("olga", 0)
    olga.user_permissions.add(Permission.objects.get(codename="view_instances"))
    client.force_login(olga)

    page = text(markup(client.get(reverse("ganeti:idle-accounts"))))

    assert "3 in total" in page
    assert "no email address" in page
    assert "lately" not in page
