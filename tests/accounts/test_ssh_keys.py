"""SSH keys on the profile page: added, refused, deleted."""

from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts import contact, ssh_public_keys
from apps.accounts.models import SshKey
from apps.accounts.services import ssh_keys
from apps.auditlog.models import AuditEntry
from tests.accounts.keys import (
    DSA,
    ED25519,
    OTHER_ED25519,
    PRIVATE_FILES,
    RSA_1024,
    RSA_2048,
)
from tests.conftest import Sent
from tests.ganeti.pages import markup, notices, text

ADD = reverse("accounts:keys-add")
PROFILE = reverse("accounts:profile")


@pytest.fixture
def logged_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def add(client: Client, *lines: str) -> Any:
    return client.post(ADD, {"keys": "\r\n".join(lines)}, follow=True)


def delete_address(key: SshKey) -> str:
    return reverse("accounts:key-delete", args=[key.pk])


def test_several_keys_are_added_at_once(logged_in: Client, alice: User) -> None:
    answer = add(logged_in, "# mine", f"{ED25519} laptop", "", RSA_2048)

    assert notices(answer) == ["2 keys were added."]
    assert contact.authorized_keys(alice) == f"{ED25519} laptop\n{RSA_2048}\n"
    page = text(markup(answer))
    assert f"SHA256:{ssh_public_keys.parse(ED25519).fingerprint}" in page
    assert f"MD5:{ssh_public_keys.md5_of(ED25519)}" in page
    assert "RSA 2048" in page


def test_added_keys_are_recorded(logged_in: Client) -> None:
    add(logged_in, f"{ED25519} laptop", RSA_2048)

    entry = AuditEntry.objects.get()
    fingerprint = ssh_public_keys.parse(ED25519).fingerprint
    assert entry.action == ssh_keys.ADDED
    assert entry.changes[0] == ["ssh_key", None, f"SHA256:{fingerprint} laptop"]
    assert len(entry.changes) == 2


def test_errors_name_their_lines_and_input_is_kept(
    logged_in: Client,
) -> None:
    answer = add(logged_in, ED25519, DSA, "# note", RSA_1024, "<b>hello")

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    page = markup(answer)
    assert "Line 2: DSA keys are too weak" in text(page)
    assert "Line 4: This RSA key has 1024 bits" in text(page)
    assert "Line 5: This isn't a public SSH key" in text(page)
    assert DSA in page
    assert "&lt;b&gt;hello" in page
    assert not SshKey.objects.exists()


def test_duplicates_are_reported_and_new_keys_added(
    logged_in: Client,
) -> None:
    add(logged_in, f"{ED25519} laptop")

    answer = add(logged_in, f"{ED25519} again", OTHER_ED25519, OTHER_ED25519)

    added, duplicates = notices(answer)
    assert added == "1 key was added."
    assert duplicates == (
        "Line 1: you already have this key, as laptop. "
        "Line 3: this key is also on line 2."
    )
    assert SshKey.objects.count() == 2


def test_adding_only_duplicates_is_an_error(logged_in: Client) -> None:
    add(logged_in, f"{ED25519} laptop")

    answer = add(logged_in, f"{ED25519} again")

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "you already have this key, as laptop" in text(markup(answer))
    assert f"{ED25519} again" in markup(answer)


def test_two_people_may_have_the_same_key(
    logged_in: Client, client: Client, carol: User
) -> None:
    add(logged_in, ED25519)
    client.force_login(carol)

    assert add(client, ED25519).status_code == HTTPStatus.OK
    assert SshKey.objects.count() == 2


@pytest.mark.parametrize("file", PRIVATE_FILES, ids=range(6))
def test_a_private_key_is_refused_and_neither_kept_nor_shown(
    logged_in: Client, file: str
) -> None:
    answer = add(logged_in, f"{ED25519} laptop", file)

    page = markup(answer)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "Nothing was saved" in text(page)
    assert not any(line in page for line in file.splitlines() if len(line) > 4)
    assert ED25519 not in page
    assert not SshKey.objects.exists()
    assert not AuditEntry.objects.exists()


def test_comments_are_escaped(logged_in: Client) -> None:
    """Regression: a script in an audit entry ran in the administrator's browser."""
    add(logged_in, f"{ED25519} <script>alert(1)</script>")

    for address in (PROFILE, reverse("auditlog:history")):
        page = markup(logged_in.get(address))
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_the_number_of_keys_is_limited(
    logged_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssh_keys, "MAX_KEYS", 1)

    answer = add(logged_in, ED25519, OTHER_ED25519)

    assert "You can have at most 1 keys" in text(markup(answer))


def test_a_key_is_deleted_by_post_after_confirmation(
    logged_in: Client, alice: User
) -> None:
    """Regression: GET without a token deleted a key."""
    add(logged_in, f"{ED25519} laptop")
    address = delete_address(SshKey.objects.get())

    question = logged_in.get(address)
    assert "Delete this SSH key?" in text(markup(question))
    assert SshKey.objects.exists()
    answer = logged_in.post(address, follow=True)

    assert notices(answer) == ["The key laptop was deleted."]
    assert not SshKey.objects.exists()
    entry = AuditEntry.objects.get(action=ssh_keys.DELETED)
    assert entry.changes[0][2] is None
    assert "laptop" in entry.detail


def test_a_key_of_another_user_is_neither_shown_nor_deleted(
    logged_in: Client, client: Client, carol: User
) -> None:
    add(logged_in, f"{ED25519} laptop")
    address = delete_address(SshKey.objects.get())
    client.force_login(carol)

    assert client.get(address).status_code == HTTPStatus.NOT_FOUND
    assert client.post(address).status_code == HTTPStatus.NOT_FOUND
    assert SshKey.objects.exists()
    assert "laptop" not in markup(client.get(PROFILE))


@pytest.mark.usefixtures("no_rate_limits")
@given(
    st.dictionaries(
        st.sampled_from(["keys", "other"]),
        st.lists(
            st.one_of(st.text(max_size=80), st.sampled_from([ED25519, RSA_2048, DSA]))
        ).map("\n".join),
    )
)
def test_any_form_data_is_answered(logged_in: Client, posted: dict[str, str]) -> None:
    answer = logged_in.post(ADD, posted)

    assert answer.status_code in {HTTPStatus.FOUND, HTTPStatus.BAD_REQUEST}
    assert logged_in.get(PROFILE).status_code == HTTPStatus.OK


def test_new_keys_are_mailed_to_their_owner(
    logged_in: Client, alice: User, sent: Sent
) -> None:
    """A key that an attacker adds would get into the owner's new machines."""
    add(logged_in, f"{ED25519} laptop", RSA_2048)
    add(logged_in, ED25519)

    (mail,) = sent()
    assert mail.to == [alice.email]
    assert mail.subject.endswith("2 SSH keys were added to your account")
    assert f"SHA256:{ssh_public_keys.parse(ED25519).fingerprint} laptop" in mail.body
