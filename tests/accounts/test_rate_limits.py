"""Rate limits of registration, mailed links and SSH keys."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.accounts import ssh_public_keys
from apps.accounts.models import UnconfirmedRegistration
from apps.accounts.services import registration
from tests.accounts.keys import ED25519
from tests.accounts.registering import GOOD, REGISTER
from tests.conftest import Sent
from tests.ganeti.pages import markup, text

KEYS = reverse("accounts:keys-add")
TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS


def limit(settings: Settings, action: str, **limits: tuple[int, int]) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, action: limits}


def register(client: Client, number: int, **changes: str) -> int:
    fields = {"username": f"nina{number}", "email": f"nina{number}@example.org"}
    origin = {"x-forwarded-for": f"2001:db8::{number}"}
    return client.post(
        REGISTER, {**GOOD, **fields, **changes}, headers=origin
    ).status_code


@pytest.mark.django_db
def test_registrations_of_a_network_are_limited(
    client: Client, settings: Settings, sent: Sent
) -> None:
    limit(settings, "registration", address=(2, 3600))

    assert [register(client, number) for number in range(4)] == [302, 302, 429, 429]
    assert UnconfirmedRegistration.objects.count() == len(sent()) == 2


@pytest.mark.django_db
def test_links_to_a_mailbox_are_limited_without_locking_it_out(
    client: Client, sent: Sent
) -> None:
    mailboxes = ["victim@example.org", "VICTIM@example.org", "victim@EXAMPLE.org"]
    for number, email in enumerate(mailboxes):
        assert register(client, number, email=email) == HTTPStatus.FOUND

    for number in (3, 4):
        status = register(client, number, email="Victim@Example.org")
        assert status == HTTPStatus.FOUND
    assert len(sent()) == 3
    client.post(reverse("accounts:password-reset"), {"email": mailboxes[0]})
    assert len(sent()) == 3 + registration.MAX_LINKS


def test_adding_keys_is_limited_before_they_are_read(
    client: Client,
    alice: User,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit(settings, "ssh-key-add", account=(1, 3600))
    client.force_login(alice)
    client.post(KEYS, {"keys": "nonsense"})
    monkeypatch.setattr(ssh_public_keys, "read", pytest.fail)
    monkeypatch.setattr(ssh_public_keys, "holds_secrets", pytest.fail)

    answer = client.post(KEYS, {"keys": ED25519})

    assert answer.status_code == TOO_MANY
    assert answer["Retry-After"]
    assert "Nothing was done. Try again in 60 minutes." in text(markup(answer))
