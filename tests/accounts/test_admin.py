"""Users and organizations in the administration."""

import re
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from apps.accounts import profiles, sshkeys
from apps.accounts.models import Organization
from tests.accounts.keys import ED25519
from tests.ganeti.conftest import alice, carol, root
from tests.ganeti.pages import markup, text

__all__ = ["alice", "carol", "root"]

USERS = reverse("admin:auth_user_changelist")
ORGANIZATION = reverse("admin:accounts_organization_add")


@pytest.fixture
def admin(client: Client, root: User) -> Client:
    client.force_login(root)
    return client


@pytest.fixture
def grnet(db: None) -> Organization:
    return Organization.objects.create(title="Research Network", tag="grnet")


def page_of(user: User) -> str:
    return reverse("admin:auth_user_change", args=[user.pk])


def posted(admin: Client, user: User, **changes: str) -> dict[str, Any]:
    """Return what the page of a user sends if nothing is changed but this."""
    form = admin.get(page_of(user)).context["adminform"].form
    values = {name: form.initial.get(name) for name in form.fields}
    # Widgets of dates take two fields, and none is needed.
    sent = {key: value for key, value in values.items() if isinstance(value, str)}
    return {
        **sent,
        "is_active": "on",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
        "profile-TOTAL_FORMS": "1",
        "profile-INITIAL_FORMS": "0",
        "profile-0-user": str(user.pk),
        "ssh_keys-TOTAL_FORMS": "0",
        "ssh_keys-INITIAL_FORMS": "0",
        **changes,
    }


def test_an_organization_is_added(admin: Client, alice: User) -> None:
    sent = {"title": "GRNET", "tag": "grnet", "users": [str(alice.pk)]}

    answer = admin.post(ORGANIZATION, sent)

    assert answer.status_code == HTTPStatus.FOUND
    assert list(Organization.objects.get().users.all()) == [alice]


def test_an_organizations_tag_fits_into_a_tag_of_ganeti(admin: Client) -> None:
    answer = admin.post(ORGANIZATION, {"title": "GRNET", "tag": "gr net:x"})

    assert "Letters, digits and any of .+_- only." in text(markup(answer))


def test_a_user_is_shown_with_profile_and_fingerprints(
    admin: Client, alice: User
) -> None:
    found = sshkeys.parse(ED25519)
    alice.ssh_keys.create(key=found.text, fingerprint=found.fingerprint, comment="<b>")

    page = markup(admin.get(page_of(alice)))

    assert 'name="profile-0-phone"' in page
    assert f"SHA256:{found.fingerprint}" in page
    assert f"MD5:{sshkeys.md5_of(ED25519)}" in page
    assert "&lt;b&gt;" in page
    assert not re.search(r'name="ssh_keys-0-(?!id|owner)', page)


def test_a_users_profile_is_changed(
    admin: Client, alice: User, grnet: Organization
) -> None:
    sent = posted(
        admin, alice, **{"profile-0-organization": str(grnet.pk), "email": "a@b.org"}
    )

    answer = admin.post(page_of(alice), sent)

    assert answer.status_code == HTTPStatus.FOUND
    assert profiles.of(alice).organization == grnet


@pytest.mark.parametrize("spelled", ["carol@example.org", "Carol@EXAMPLE.org"])
def test_no_two_users_get_the_same_address(
    admin: Client, alice: User, carol: User, spelled: str
) -> None:
    answer = admin.post(page_of(alice), posted(admin, alice, email=spelled))

    assert "Another user has this address." in text(markup(answer))


@pytest.mark.parametrize("query", ["ali", "Network", "555", "alice@"])
def test_users_are_found_by_what_one_has_in_hand(
    admin: Client, alice: User, carol: User, grnet: Organization, query: str
) -> None:
    profile = profiles.of(alice)
    profile.organization, profile.phone = grnet, "210 555"
    profile.save()

    page = text(markup(admin.get(USERS, {"q": query})))

    assert "alice@example.org" in page
    assert "carol@example.org" not in page


def test_a_user_is_found_by_a_keys_fingerprint(
    admin: Client, alice: User, carol: User
) -> None:
    found = sshkeys.parse(ED25519)
    alice.ssh_keys.create(key=found.text, fingerprint=found.fingerprint)

    page = text(markup(admin.get(USERS, {"q": found.fingerprint})))

    assert "alice@example.org" in page
    assert "carol@example.org" not in page


def test_a_user_without_a_profile_breaks_no_list(admin: Client, alice: User) -> None:
    assert admin.get(USERS).status_code == HTTPStatus.OK
    assert admin.get(reverse("admin:auth_user_add")).status_code == HTTPStatus.OK
