"""The profile page and the greeting of new users."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts import contact
from apps.accounts.models import Organization, Profile
from apps.accounts.services import profiles
from apps.auditlog.models import AuditEntry
from tests.ganeti.pages import markup, notices, text

PROFILE = reverse("accounts:profile")
LIST = reverse("ganeti:instance-list")
FULL = {
    "first_name": "Alice",
    "last_name": "Liddell",
    "phone": "+30 210 1234567",
    "organization": "",
    "language": "el",
}


@pytest.fixture
def logged_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def test_login_creates_a_missing_profile(logged_in: Client, alice: User) -> None:
    """Users from LDAP have none, since they never registered."""
    assert Profile.objects.filter(user=alice).exists()


def test_the_profile_page_works_without_a_profile(
    logged_in: Client, alice: User
) -> None:
    Profile.objects.all().delete()

    assert logged_in.get(PROFILE).status_code == HTTPStatus.OK
    assert logged_in.post(PROFILE, FULL).status_code == HTTPStatus.FOUND
    assert profiles.of(alice).phone == FULL["phone"]


def test_a_profile_is_changed_and_recorded(logged_in: Client, alice: User) -> None:
    grnet = Organization.objects.create(title="GRNET", tag="grnet")

    answer = logged_in.post(
        PROFILE, {**FULL, "organization": str(grnet.pk)}, follow=True
    )

    alice.refresh_from_db()
    assert alice.get_full_name() == "Alice Liddell"
    assert profiles.of(alice).organization == grnet
    assert contact.language_of(alice) == "el"
    assert notices(answer) == ["Your profile was changed."]
    entry = AuditEntry.objects.get(action=profiles.CHANGED)
    assert entry.changes == [
        ["first_name", None, "Alice"],
        ["last_name", None, "Liddell"],
        ["phone", None, "+30 210 1234567"],
        ["organization", None, "GRNET"],
        ["language", None, "el"],
    ]


def test_an_unchanged_profile_is_not_recorded(logged_in: Client) -> None:
    logged_in.post(PROFILE, FULL, follow=True)

    answer = logged_in.post(PROFILE, FULL, follow=True)

    assert AuditEntry.objects.count() == 1
    assert "No changes to save" in notices(answer)[0]


def test_the_profile_of_another_user_is_not_changed(
    logged_in: Client, alice: User, carol: User
) -> None:
    logged_in.post(PROFILE, {**FULL, "user": carol.pk, "username": "carol"})

    carol.refresh_from_db()
    assert carol.first_name == ""
    assert profiles.of(carol).phone == ""


def test_errors_are_shown_at_their_fields_and_input_is_kept(
    logged_in: Client,
) -> None:
    wrong = {**FULL, "last_name": "", "phone": "call me", "language": "xx"}

    answer = logged_in.post(PROFILE, wrong)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    page = markup(answer)
    assert 'value="call me"' in page
    assert "Only digits, spaces and" in text(page)
    assert '<a href="#id_last_name">' in page
    assert not AuditEntry.objects.exists()


# -- the greeting


def is_greeted(client: Client) -> bool:
    return "Don't show this again" in text(markup(client.get(LIST)))


def test_a_new_user_is_greeted(logged_in: Client, alice: User) -> None:
    page = text(markup(logged_in.get(LIST)))

    assert "Welcome, alice." in page
    assert profiles.of(alice).greeted_at is None


def test_the_greeting_is_dismissed_by_post_for_good(
    logged_in: Client, alice: User, client: Client
) -> None:
    logged_in.get(reverse("accounts:greeted"))
    assert is_greeted(logged_in)

    logged_in.post(reverse("accounts:greeted"))

    assert not is_greeted(logged_in)
    assert profiles.of(alice).greeted_at is not None
    another = Client()
    another.force_login(alice)
    assert not is_greeted(another)


def test_the_greeting_ends_when_the_profile_is_complete(
    logged_in: Client, alice: User
) -> None:
    alice.ssh_keys.create(key="ssh-ed25519 AAAA", fingerprint="x")
    assert is_greeted(logged_in)

    logged_in.post(PROFILE, FULL)

    assert not is_greeted(logged_in)


def test_a_user_with_a_name_and_a_key_is_not_greeted(
    client: Client, alice: User
) -> None:
    alice.ssh_keys.create(key="ssh-ed25519 AAAA", fingerprint="x")
    alice.first_name = "Alice"
    alice.save()
    client.force_login(alice)

    assert not is_greeted(client)
    assert profiles.of(alice).greeted_at is not None


@given(
    st.dictionaries(
        st.sampled_from([*FULL, "csrfmiddlewaretoken"]),
        st.one_of(st.text(max_size=300), st.integers().map(str)),
    )
)
def test_any_form_data_is_answered(logged_in: Client, posted: dict[str, str]) -> None:
    answer = logged_in.post(PROFILE, posted)

    assert answer.status_code in {HTTPStatus.FOUND, HTTPStatus.BAD_REQUEST}
    assert logged_in.get(PROFILE).status_code == HTTPStatus.OK
