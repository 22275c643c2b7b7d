"""Changing the mail address by a one-time link to the new one."""

import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import MailChange
from apps.accounts.services import email_change
from apps.auditlog.models import AuditEntry
from apps.mails.models import Mail
from apps.web.mail_addresses import normalize
from tests.conftest import Sent
from tests.ganeti.pages import markup, notices, text

PASSWORD = "correct horse battery staple"
REQUEST_CHANGE = reverse("accounts:mail-ask")
CANCEL = reverse("accounts:mail-cancel")
PROFILE = reverse("accounts:profile")
OLD_ADDRESS, NEW_ADDRESS = "alice@example.org", "alice@new.example.org"


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice", OLD_ADDRESS, PASSWORD)


@pytest.fixture
def logged_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def request_change(
    client: Client, address: str = NEW_ADDRESS, password: str = PASSWORD
) -> Any:
    data = {"address": address, "password": password}
    return client.post(REQUEST_CHANGE, data, follow=True)


def link_in(sent: Sent) -> str:
    """Return the path of the last link that was sent."""
    links = [
        link
        for mail in sent()
        for link in re.findall(r"(/user/profile/mail/\S+/)", str(mail.body))
    ]
    return str(links[-1])


def address_of(user: User) -> str:
    user.refresh_from_db()
    return user.email


def test_the_link_goes_to_the_new_address_and_a_notice_to_the_old_one(
    logged_in: Client, alice: User, sent: Sent
) -> None:
    answer = request_change(logged_in)

    assert f"We've sent a link to {NEW_ADDRESS}." in notices(answer)[0]
    mails = {mail.to[0]: str(mail.body) for mail in sent()}
    assert set(mails) == {OLD_ADDRESS, NEW_ADDRESS}
    assert "/user/profile/mail/" in mails[NEW_ADDRESS]
    assert "7 days" in mails[NEW_ADDRESS]
    assert "/user/profile/mail/" not in mails[OLD_ADDRESS]
    assert NEW_ADDRESS in mails[OLD_ADDRESS]
    assert address_of(alice) == OLD_ADDRESS


def test_the_link_is_not_stored(logged_in: Client, sent: Sent) -> None:
    request_change(logged_in)
    key = link_in(sent).split("/")[-2]

    assert key not in MailChange.objects.get().digest
    assert not Mail.objects.filter(text__contains=key).exists()
    assert not Mail.objects.filter(html__contains=key).exists()
    assert key not in str(list(AuditEntry.objects.values()))


def test_the_address_changes_on_post_and_not_on_get(
    logged_in: Client, alice: User, sent: Sent
) -> None:
    """Regression: GET changed the address."""
    request_change(logged_in)
    link = link_in(sent)

    page = logged_in.get(link)
    assert NEW_ADDRESS in text(markup(page))
    assert address_of(alice) == OLD_ADDRESS
    answer = logged_in.post(link, follow=True)

    assert notices(answer) == [f"Your email address is now {NEW_ADDRESS}."]
    assert address_of(alice) == NEW_ADDRESS
    entry = AuditEntry.objects.get(action=email_change.CHANGED)
    assert entry.changes == [["email", OLD_ADDRESS, NEW_ADDRESS]]
    assert "was changed" in sent()[-1].subject
    assert sent()[-1].to == [OLD_ADDRESS]


def test_another_user_cannot_use_the_link(
    logged_in: Client, alice: User, root: User, carol: User, sent: Sent
) -> None:
    """Regression: the administrator got the stranger's address."""
    request_change(logged_in)
    link = link_in(sent)

    for person in (root, carol):
        client = Client()
        client.force_login(person)
        previous_email = person.email
        for answer in (client.get(link), client.post(link)):
            assert answer.status_code == HTTPStatus.NOT_FOUND
            assert NEW_ADDRESS not in markup(answer)
            assert "alice" not in markup(answer)
        assert address_of(person) == previous_email

    assert address_of(alice) == OLD_ADDRESS
    assert logged_in.post(link).status_code == HTTPStatus.FOUND


def test_the_link_requires_login(logged_in: Client, sent: Sent) -> None:
    request_change(logged_in)
    link = link_in(sent)

    for answer in (Client().get(link), Client().post(link)):
        assert answer.headers["Location"].startswith(reverse("accounts:login"))
    assert MailChange.objects.exists()


def test_the_link_works_once(logged_in: Client, alice: User, sent: Sent) -> None:
    request_change(logged_in)
    link = link_in(sent)
    logged_in.post(link)
    User.objects.filter(pk=alice.pk).update(email=OLD_ADDRESS)

    assert logged_in.post(link).status_code == HTTPStatus.NOT_FOUND
    assert address_of(alice) == OLD_ADDRESS


def test_a_newer_request_invalidates_the_older_one(
    logged_in: Client, alice: User, sent: Sent
) -> None:
    request_change(logged_in, "first@example.org")
    first = link_in(sent)
    request_change(logged_in)

    assert logged_in.post(first).status_code == HTTPStatus.NOT_FOUND
    logged_in.post(link_in(sent))
    assert address_of(alice) == NEW_ADDRESS


def test_the_link_expires_after_the_configured_days(
    logged_in: Client, alice: User, sent: Sent, settings: Any
) -> None:
    settings.INSTANCE_ACTION_ACTIVE_DAYS = 2
    request_change(logged_in)
    MailChange.objects.update(asked_at=timezone.now() - timedelta(days=2, minutes=1))

    assert logged_in.post(link_in(sent)).status_code == HTTPStatus.NOT_FOUND
    assert NEW_ADDRESS not in text(markup(logged_in.get(PROFILE)))
    MailChange.objects.update(asked_at=timezone.now() - timedelta(days=1, hours=23))
    assert logged_in.post(link_in(sent)).status_code == HTTPStatus.FOUND


def test_a_request_is_cancelled(logged_in: Client, alice: User, sent: Sent) -> None:
    request_change(logged_in)

    logged_in.post(CANCEL)

    assert logged_in.post(link_in(sent)).status_code == HTTPStatus.NOT_FOUND
    assert address_of(alice) == OLD_ADDRESS
    assert AuditEntry.objects.filter(action=email_change.CANCELLED).count() == 1


@pytest.mark.parametrize("spelled", ["carol@example.org", "CAROL@Example.ORG"])
def test_an_address_of_somebody_else_gets_the_same_answer_and_no_link(
    logged_in: Client, alice: User, carol: User, sent: Sent, spelled: str
) -> None:
    """The answer doesn't reveal whether an address has an account."""
    free = request_change(logged_in, NEW_ADDRESS)
    of_free = (
        text(markup(free)).replace(NEW_ADDRESS, "X"),
        notices(free)[0].replace(NEW_ADDRESS, "X"),
    )

    taken = request_change(logged_in, spelled)

    of_taken = text(markup(taken)), notices(taken)[0]
    stored = normalize(spelled)
    assert tuple(part.replace(stored, "X") for part in of_taken) == of_free
    mails = sent()
    assert sorted(mails[-2].to + mails[-1].to) == [OLD_ADDRESS, carol.email]
    to_carol = next(mail for mail in mails if mail.to == [carol.email])
    assert "/user/profile/mail/" not in str(to_carol.body)
    assert "alice" not in str(to_carol.body)


def test_an_address_taken_in_the_meantime_is_refused(
    logged_in: Client, alice: User, carol: User, sent: Sent
) -> None:
    request_change(logged_in)
    carol.email = NEW_ADDRESS.upper()
    carol.save()

    assert logged_in.post(link_in(sent)).status_code == HTTPStatus.NOT_FOUND
    assert address_of(alice) == OLD_ADDRESS


@pytest.mark.parametrize(
    ("address", "password", "message"),
    [
        (NEW_ADDRESS, "wrong", "Incorrect password."),
        (NEW_ADDRESS, "", "This field is required."),
        (OLD_ADDRESS, PASSWORD, "This is already your address."),
        ("nowhere", PASSWORD, "Enter an email address such as"),
        ("a@b.org\nBcc: c@d.org", PASSWORD, "an invisible character"),
    ],
)
def test_errors_are_shown_at_the_form(
    logged_in: Client, sent: Sent, address: str, password: str, message: str
) -> None:
    answer = request_change(logged_in, address, password)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert message in text(markup(answer))
    assert PASSWORD not in markup(answer)
    assert sent() == []


def test_a_directory_user_is_asked_for_the_directory_password(
    logged_in: Client, alice: User, sent: Sent
) -> None:
    """For a real directory see `test_ldap_backend`."""
    alice.set_unusable_password()
    alice.save()
    logged_in.force_login(alice)

    assert "directory has an address for you" in text(markup(logged_in.get(PROFILE)))
    answer = request_change(logged_in)

    assert "Incorrect password." in text(markup(answer))
    assert sent() == []


def test_requests_of_a_user_are_limited(logged_in: Client, sent: Sent) -> None:
    for number in range(5):
        request_change(logged_in, f"alice{number}@example.org")
    mail_count = len(sent())

    answer = request_change(logged_in)

    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "Try again in 24 hours" in text(markup(answer))
    assert len(sent()) == mail_count


def test_requests_for_a_mailbox_are_limited(sent: Sent) -> None:
    for number in range(4):
        user = User.objects.create_user(f"user{number}", password=PASSWORD)
        client = Client()
        client.force_login(user)
        answer = request_change(client, "victim@example.org")
        assert answer.status_code == HTTPStatus.OK

    assert len(sent()) == 3


def test_wrong_passwords_are_limited(logged_in: Client) -> None:
    for number in range(5):
        answer = logged_in.post(
            REQUEST_CHANGE, {"address": NEW_ADDRESS, "password": f"x{number}"}
        )
        assert answer.status_code == HTTPStatus.BAD_REQUEST

    assert request_change(logged_in).status_code == HTTPStatus.TOO_MANY_REQUESTS


@pytest.mark.usefixtures("no_rate_limits")
@given(
    st.dictionaries(
        st.sampled_from(["address", "password", "other"]),
        st.one_of(
            st.text(max_size=300),
            st.emails(),
            st.sampled_from([PASSWORD, OLD_ADDRESS, NEW_ADDRESS]),
        ),
    )
)
def test_any_form_data_is_answered(logged_in: Client, posted: dict[str, str]) -> None:
    AuditEntry.objects.all().delete()

    answer = logged_in.post(REQUEST_CHANGE, posted)

    # Wrong passwords are limited here too.
    limited = HTTPStatus.TOO_MANY_REQUESTS
    assert answer.status_code in {HTTPStatus.FOUND, HTTPStatus.BAD_REQUEST, limited}
    assert logged_in.get(PROFILE).status_code == HTTPStatus.OK


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="/"), min_size=1)
)
def test_any_other_link_is_not_found(logged_in: Client, key: str) -> None:
    answer = logged_in.post(reverse("accounts:mail-change", args=[key]))

    assert answer.status_code == HTTPStatus.NOT_FOUND
