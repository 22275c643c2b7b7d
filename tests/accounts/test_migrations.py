"""Data migrations of accounts, on existing users."""

import importlib
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from registration.models import RegistrationProfile, SupervisedRegistrationProfile

from apps.accounts.models import Mailbox, UnconfirmedRegistration
from apps.accounts.services import mailboxes
from tests.ganeti.pages import markup

pytestmark = pytest.mark.django_db
migration: Any = importlib.import_module("apps.accounts.migrations.0006_fill_mailboxes")


def old_user(name: str, email: str, **values: Any) -> User:
    """Create a user without a mailbox, as before the migration."""
    user = User.objects.create_user(name, **values)
    User.objects.filter(pk=user.pk).update(email=email)
    return user


def test_addresses_that_are_shared_or_invalid_are_kept_and_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    inactive = old_user("gone", "both@example.org", is_active=False)
    first = old_user("first", "Both@EXAMPLE.org")
    old_user("odd", '"x y"@example.org')
    caplog.set_level(logging.WARNING, logger="apps.accounts")

    migration.fill_mailboxes(apps, None)

    assert list(mailboxes.holders("BOTH@example.org")) == [first, inactive]
    assert User.objects.get(pk=first.pk).email == "Both@example.org"
    reports = " ".join(caplog.messages)
    assert "gone shares the mail address both@example.org" in reports
    assert "odd has no valid mail address" in reports
    first.refresh_from_db()
    first.save()  # as when a password is set
    assert Mailbox.objects.count() == 2


def test_unconfirmed_registrations_keep_their_links(client: Client) -> None:
    user = old_user("nina", "nina@example.org", is_active=False)
    key = "a" * 64
    SupervisedRegistrationProfile.objects.create(user=user, activation_key=key)
    User.objects.filter(pk=user.pk).update(date_joined=timezone.now() - timedelta(1))

    migration.move_unconfirmed(apps, None)
    migration.hash_keys(apps, None)

    assert not User.objects.exists()
    assert not RegistrationProfile.objects.exists()
    assert UnconfirmedRegistration.objects.get().username == "nina"
    assert 'name="password"' in markup(client.get(f"/accounts/activate/{key}/"))


def test_links_of_pending_registrations_still_say_so(client: Client) -> None:
    user = old_user("nina", "nina@example.org", is_active=False)
    key = "b" * 64
    SupervisedRegistrationProfile.objects.create(
        user=user, activation_key=key, activated=True
    )

    migration.move_unconfirmed(apps, None)
    migration.hash_keys(apps, None)

    page = markup(client.get(f"/accounts/activate/{key}/"))
    assert "Your email address is confirmed" in page
