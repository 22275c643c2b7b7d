"""Values of a directory are made fit to be stored."""

import logging
from typing import Any

import pytest
from django.contrib.auth.models import User

pytest.importorskip("ldap", reason="requirements-ldap.txt is not installed")

from apps.accounts import ldap_backend
from apps.accounts.models import Mailbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def lara() -> User:
    return User(username="lara")


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        ("last_name", "x" * 200, "x" * 150),
        ("first_name", "Lara\nBcc: x@y.org", "Lara Bcc: x@y.org"),
        ("first_name", b"\xff", ""),
        ("email", "Lara@EXAMPLE.org ", "Lara@example.org"),
        ("email", "lara at example", ""),
        ("email", "x" * 300 + "@example.org", ""),
        ("email", "lara@example.org, x@y.org", ""),
        ("email", "taken@example.org", ""),
    ],
)
def test_values_that_cannot_be_stored_are_cut_or_left_out_with_a_log_line(
    lara: User, caplog: pytest.LogCaptureFixture, field: str, value: Any, stored: str
) -> None:
    User.objects.create_user("other", "Taken@example.org")
    setattr(lara, field, value)

    with caplog.at_level(logging.WARNING, logger=ldap_backend.__name__):
        ldap_backend.make_fit(user=lara)
    lara.save()

    assert getattr(lara, field) == stored
    assert bool(caplog.messages) is (field != "email" or not stored)


@pytest.mark.parametrize("name", ["x" * 151, "two\nlines", "", "..", "nul\x00"])
def test_groups_that_cannot_be_stored_are_skipped(
    caplog: pytest.LogCaptureFixture, name: str
) -> None:
    groups = ldap_backend._Groups.__new__(ldap_backend._Groups)
    groups._group_names = {name, "noc"}

    assert groups.get_group_names() == {"noc"}


@pytest.mark.parametrize("name", ["..", "a\nb", "x" * 151])
def test_login_is_refused_for_a_name_that_cannot_be_stored(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    backend = ldap_backend.LDAPBackend()
    monkeypatch.setattr(
        "django_auth_ldap.backend._LDAPUser",
        lambda *_args, **_more: pytest.fail("asked"),
    )

    assert backend.authenticate(None, username=name, password="secret") is None


def test_a_formerly_shared_address_is_kept(lara: User) -> None:
    """Addresses weren't always unique."""
    other = User.objects.create_user("other", "both@example.org")
    lara.save()
    key = Mailbox.objects.get(user=other).key
    Mailbox.objects.create(user=lara, key=key, copy=1)
    lara.email = "both@example.org"

    ldap_backend.make_fit(user=lara)
    lara.save()

    assert lara.email == "both@example.org"
