"""Another mail address: only for who asked, only by who reads it, only once."""

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
ASK = reverse("accounts:mail-ask")
CANCEL = reverse("accounts:mail-cancel")
PROFILE = reverse("accounts:profile")
OLD, NEW = "alice@example.org", "alice@new.example.org"


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice", OLD, PASSWORD)


@pytest.fixture
def logged_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def ask(client: Client, address: str = NEW, password: str = PASSWORD) -> Any:
    sent = {"address": address, "password": password}
    return client.post(ASK, sent, follow=True)


def link_in(sent: Sent) -> str:
    """Return the path of the newest link that was sent."""
    found = [
        link
        for mail in sent()
        for link in re.findall(r"(/user/profile/mail/\S+/)", str(mail.body))
    ]
    return str(found[-1])


def address_of(user: User) -> str:
    user.refresh_from_db()
    return user.email


def test_the_link_goes_to_the_new_address_and_word_of_it_to_the_old(
    logged_in: Client, alice: User, sent: Sent
) -> None:
    answer = ask(logged_in)

    assert f"We've sent a link to {NEW}." in notices(answer)[0]
    mails = {mail.to[0]: str(mail.body) for mail in sent()}
    assert set(mails) == {OLD, NEW}
    assert "/user/profile/mail/" in mails[NEW]
    assert "7 days" in mails[NEW]
    assert "/user/profile/mail/" not in mails[OLD]
    assert NEW in mails[OLD]
    assert address_of(alice) == OLD


def test_the_link_is_kept_nowhere(logged_in: Client, sent: Sent) -> None:
    ask(logged_in)
    key = link_in(sent).split("/")[-2]

    assert key not in MailChange.objects.get().digest
    assert not Mail.objects.filter(text__contains=key).exists()
    assert not Mail.objects.filter(html__contains=key).exists()
    assert key not in str(list(AuditEntry.objects.values()))


def test_getting_the_link_shows_what_it_will_do_and_posting_does_it(
    logged_in: Client, alice: User, sent: Sent
) -> None:
    """The link worked by GET."""
    ask(logged_in)
    link = link_in(sent)

    shown = logged_in.get(link)
    assert NEW in text(markup(shown))
    assert address_of(alice) == OLD
    done = logged_in.post(link, follow=True)

    assert notices(done) == [f"Your email address is now {NEW}."]
    assert address_of(alice) == NEW
    entry = AuditEntry.objects.get(action=email_change.CHANGED)
    assert entry.changes == [["email", OLD, NEW]]
    assert "was changed" in sent()[-1].subject
    assert sent()[-1].to == [OLD]


def test_an_administrator_who_follows_a_strangers_link_keeps_their_address(
    logged_in: Client, alice: User, root: User, carol: User, sent: Sent
) -> None:
    """The administrator got the stranger's address, and the stranger the account."""
    ask(logged_in)
    link = link_in(sent)

    for person in (root, carol):
        client = Client()
        client.force_login(person)
        before = person.email
        for answer in (client.get(link), client.post(link)):
            assert answer.status_code == HTTPStatus.NOT_FOUND
            assert NEW not in markup(answer)
            assert "alice" not in markup(answer)
        assert address_of(person) == before

    assert address_of(alice) == OLD
    assert logged_in.post(link).status_code == HTTPStatus.FOUND


def test_who_is_not_logged_in_is_asked_to(logged_in: Client, sent: Sent) -> None:
    ask(logged_in)
    link = link_in(sent)

    for answer in (Client().get(link), Client().post(link)):
        assert answer.headers["Location"].startswith(reverse("accounts:login"))
    assert MailChange.objects.exists()


def test_the_link_works_once(logged_in: Client, alice: User, sent: Sent) -> None:
    ask(logged_in)
    link = link_in(sent)
    logged_in.post(link)
    User.objects.filter(pk=alice.pk).update(email=OLD)

    assert logged_in.post(link).status_code == HTTPStatus.NOT_FOUND
    assert address_of(alice) == OLD


def test_a_newer_wish_makes_the_older_one_void(
    logged_in: Client, alice: User, sent: Sent
) -> None:
    ask(logged_in, "first@example.org")
    first = link_in(sent)
    ask(logged_in)

    assert logged_in.post(first).status_code == HTTPStatus.NOT_FOUND
    logged_in.post(link_in(sent))
    assert address_of(alice) == NEW


def test_the_link_works_for_so_many_days(
    logged_in: Client, alice: User, sent: Sent, settings: Any
) -> None:
    settings.INSTANCE_ACTION_ACTIVE_DAYS = 2
    ask(logged_in)
    MailChange.objects.update(asked_at=timezone.now() - timedelta(days=2, minutes=1))

    assert logged_in.post(link_in(sent)).status_code == HTTPStatus.NOT_FOUND
    assert NEW not in text(markup(logged_in.get(PROFILE)))
    MailChange.objects.update(asked_at=timezone.now() - timedelta(days=1, hours=23))
    assert logged_in.post(link_in(sent)).status_code == HTTPStatus.FOUND


def test_a_wish_is_taken_back(logged_in: Client, alice: User, sent: Sent) -> None:
    ask(logged_in)

    logged_in.post(CANCEL)

    assert logged_in.post(link_in(sent)).status_code == HTTPStatus.NOT_FOUND
    assert address_of(alice) == OLD
    assert AuditEntry.objects.filter(action=email_change.CANCELLED).count() == 1


@pytest.mark.parametrize("spelled", ["carol@example.org", "CAROL@Example.ORG"])
def test_an_address_of_somebody_else_gets_the_same_answer_and_no_link(
    logged_in: Client, alice: User, carol: User, sent: Sent, spelled: str
) -> None:
    """Nobody learns here whose address is whose."""
    free = ask(logged_in, NEW)
    of_free = text(markup(free)).replace(NEW, "X"), notices(free)[0].replace(NEW, "X")

    taken = ask(logged_in, spelled)

    of_taken = text(markup(taken)), notices(taken)[0]
    stored = normalize(spelled)
    assert tuple(each.replace(stored, "X") for each in of_taken) == of_free
    mails = sent()
    assert sorted(mails[-2].to + mails[-1].to) == [OLD, carol.email]
    to_carol = next(mail for mail in mails if mail.to == [carol.email])
    assert "/user/profile/mail/" not in str(to_carol.body)
    assert "alice" not in str(to_carol.body)


def test_an_address_that_was_taken_meanwhile_stays_whose_it_is(
    logged_in: Client, alice: User, carol: User, sent: Sent
) -> None:
    ask(logged_in)
    carol.email = NEW.upper()
    carol.save()

    assert logged_in.post(link_in(sent)).status_code == HTTPStatus.NOT_FOUND
    assert address_of(alice) == OLD


@pytest.mark.parametrize(
    ("address", "password", "said"),
    [
        (NEW, "wrong", "Incorrect password."),
        (NEW, "", "This field is required."),
        (OLD, PASSWORD, "This is already your address."),
        ("nowhere", PASSWORD, "Enter an email address such as"),
        ("a@b.org\nBcc: c@d.org", PASSWORD, "an invisible character"),
    ],
)
def test_what_is_wrong_is_said_at_the_form(
    logged_in: Client, sent: Sent, address: str, password: str, said: str
) -> None:
    answer = ask(logged_in, address, password)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert said in text(markup(answer))
    assert PASSWORD not in markup(answer)
    assert sent() == []


def test_who_has_no_password_here_is_asked_for_the_one_elsewhere(
    logged_in: Client, alice: User, sent: Sent
) -> None:
    """As people from LDAP; `test_directory` asks one."""
    alice.set_unusable_password()
    alice.save()
    logged_in.force_login(alice)

    assert "directory has an address for you" in text(markup(logged_in.get(PROFILE)))
    answer = ask(logged_in)

    assert "Incorrect password." in text(markup(answer))
    assert sent() == []


def test_nobody_is_flooded_with_mails(logged_in: Client, sent: Sent) -> None:
    for number in range(5):
        ask(logged_in, f"alice{number}@example.org")
    before = len(sent())

    answer = ask(logged_in)

    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "Try again in 24 hours" in text(markup(answer))
    assert len(sent()) == before


def test_a_mailbox_is_not_flooded_by_many_accounts(sent: Sent) -> None:
    for number in range(4):
        user = User.objects.create_user(f"user{number}", password=PASSWORD)
        client = Client()
        client.force_login(user)
        answer = ask(client, "victim@example.org")
        assert answer.status_code == HTTPStatus.OK

    assert len(sent()) == 3


def test_the_password_cannot_be_guessed_here_either(logged_in: Client) -> None:
    for number in range(5):
        answer = logged_in.post(ASK, {"address": NEW, "password": f"x{number}"})
        assert answer.status_code == HTTPStatus.BAD_REQUEST

    assert ask(logged_in).status_code == HTTPStatus.TOO_MANY_REQUESTS


@pytest.mark.usefixtures("no_rate_limits")
@given(
    st.dictionaries(
        st.sampled_from(["address", "password", "other"]),
        st.one_of(
            st.text(max_size=300), st.emails(), st.sampled_from([PASSWORD, OLD, NEW])
        ),
    )
)
def test_whatever_is_posted_breaks_nothing(
    logged_in: Client, posted: dict[str, str]
) -> None:
    AuditEntry.objects.all().delete()

    answer = logged_in.post(ASK, posted)

    # Too many wrong passwords are too many here too.
    limited = HTTPStatus.TOO_MANY_REQUESTS
    assert answer.status_code in {HTTPStatus.FOUND, HTTPStatus.BAD_REQUEST, limited}
    assert logged_in.get(PROFILE).status_code == HTTPStatus.OK


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="/"), min_size=1)
)
def test_a_link_that_was_made_up_breaks_nothing(logged_in: Client, key: str) -> None:
    answer = logged_in.post(reverse("accounts:mail-change", args=[key]))

    assert answer.status_code == HTTPStatus.NOT_FOUND
