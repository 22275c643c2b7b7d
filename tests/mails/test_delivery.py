"""Delivering the outbox: no mail is lost, none is sent twice."""

import smtplib
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

import pytest
from django.conf import settings
from django.core import mail as django_mail
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError
from django.test import Client, override_settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from apps.mails import backend, delivery
from apps.mails.letters import Letter, new_mail
from apps.mails.models import Mail
from tests.conftest import Sent

pytestmark = pytest.mark.django_db


class FakeServer(BaseEmailBackend):
    """A mail server that a test can make fail."""

    failure: ClassVar[Exception | None] = None
    delivered: ClassVar[list[str]] = []

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        if self.failure:
            raise self.failure
        self.delivered.extend(str(message.subject) for message in email_messages)
        return len(email_messages)


@pytest.fixture(autouse=True)
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> type[FakeServer]:
    settings.MAIL_DELIVERY_BACKEND = "tests.mails.test_delivery.FakeServer"
    monkeypatch.setattr(FakeServer, "delivered", [])
    monkeypatch.setattr(FakeServer, "failure", None)
    return FakeServer


def queue_mail(subject: str = "hello", **fields: object) -> Mail:
    mail = new_mail("alice@example.org", subject, "text")
    for name, value in fields.items():
        setattr(mail, name, value)
    mail.save()
    return mail


def pass_time(mail: Mail, **past: float) -> None:
    """Make a mail due again, and older."""
    Mail.objects.filter(pk=mail.pk).update(
        due_at=timezone.now(), created_at=mail.created_at - timedelta(**past)
    )


def test_a_queued_mail_is_sent_once(server: type[FakeServer]) -> None:
    mail = queue_mail()

    assert delivery.deliver() == 1
    assert delivery.deliver() == 0

    mail.refresh_from_db()
    assert mail.sent_at
    assert server.delivered == ["[ganetimgr] hello"]


def test_a_mail_waits_while_the_server_is_away(server: type[FakeServer]) -> None:
    mail = queue_mail()
    server.failure = ConnectionRefusedError("refused")

    assert delivery.deliver() == 0

    mail.refresh_from_db()
    assert (mail.attempts, mail.sent_at) == (1, None)
    assert "refused" in mail.error
    assert mail.due_at > timezone.now()
    server.failure = None
    assert delivery.deliver() == 0
    pass_time(mail)
    assert delivery.deliver() == 1


def test_an_unreachable_server_is_tried_once_per_batch(
    server: type[FakeServer],
) -> None:
    first, second = queue_mail("first"), queue_mail("second")
    server.failure = TimeoutError()

    delivery.deliver()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.attempts, second.attempts) == (1, 0)


def test_a_refused_mail_does_not_delay_others(server: type[FakeServer]) -> None:
    queue_mail("first")
    queue_mail("second")
    refused = smtplib.SMTPRecipientsRefused({"alice@example.org": (550, b"no")})
    server.failure = refused

    delivery.deliver()

    assert set(Mail.objects.values_list("attempts", flat=True)) == {1}


BROKEN_ADDRESSES = [
    "b@example.org;",
    '"x\x0cme@evil.example\x0c"@uni.example',
    "=?utf-8?q?me=40evil.example?=@uni.example",
    "bob@example.org, eve@example.org",
    "bob@example.org\x0ceve@example.org",
    "no address",
]


@pytest.mark.parametrize("address", BROKEN_ADDRESSES)
def test_a_broken_address_fails_only_its_own_mail(
    server: type[FakeServer], address: str
) -> None:
    broken = queue_mail("broken", recipient=address)
    queue_mail("good")

    assert delivery.deliver() == 1

    assert server.delivered == ["[ganetimgr] good"]
    broken.refresh_from_db()
    assert broken.attempts == 1
    assert broken.due_at > timezone.now()
    assert broken.error
    pass_time(broken, days=6)
    delivery.deliver()
    broken.refresh_from_db()
    assert broken.given_up_at


@pytest.mark.parametrize(
    "failure", [IndexError("index"), ValueError("\ud800\n\x00"), RecursionError()]
)
def test_any_exception_fails_only_its_mail(
    server: type[FakeServer], failure: Exception
) -> None:
    queue_mail("first")
    queue_mail("second")
    server.failure = failure

    assert delivery.deliver() == 0

    assert set(Mail.objects.values_list("attempts", flat=True)) == {1}
    for error in Mail.objects.values_list("error", flat=True):
        assert error.startswith(type(failure).__name__)
        assert error.isprintable()


def test_a_letter_to_several_reaches_the_valid_addresses(
    settings: Settings, sent: Sent
) -> None:
    settings.MAIL_DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    addresses = ["a@example.org", "b@example.org;", "c@example.org", "a@example.org"]

    Letter("accounts/emails/idle.txt", {"days": 3}).post(addresses)

    recipients = [message.to for message in sent()]
    assert recipients == [["a@example.org"], ["c@example.org"]]
    assert Mail.objects.waiting().get().recipient == "b@example.org;"


def test_a_mail_that_waits_is_shown_with_its_error(
    server: type[FakeServer], admin_client: Client
) -> None:
    queue_mail(recipient="b@example.org;")
    delivery.deliver()

    page = admin_client.get("/admin/mails/mail/").content.decode()

    assert "b@example.org;" in page
    assert "domain such as example.org" in page


# Characters that are special to mail software.
ODD = st.text(
    st.sampled_from('ab@.=?_<>,;:"\\()[] \r\n\x00\x0b\x0c\x1c\x85\u2028üελ'),
    max_size=30,
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"recipient": ODD | st.sampled_from(BROKEN_ADDRESSES)},
            optional={"subject": ODD, "sender": ODD, "reply_to": ODD, "text": ODD},
        ),
        max_size=4,
    )
)
def test_a_batch_with_broken_mails_delivers_the_others(
    broken: list[dict[str, str]],
) -> None:
    django_mail.outbox.clear()
    with override_settings(MAIL_DELIVERY_BACKEND=settings.EMAIL_BACKEND):
        Mail.objects.all().delete()
        queue_mail("before")
        for fields in broken:
            queue_mail(**{"subject": "broken", **fields})
        queue_mail("after")

        delivery.deliver()

    subjects = [message.subject for message in django_mail.outbox]
    assert {"[ganetimgr] before", "[ganetimgr] after"} <= set(subjects)
    assert not Mail.objects.filter(sent_at=None, attempts=0).exists()


def test_retries_become_rarer_and_end_after_days(
    server: type[FakeServer],
) -> None:
    mail = queue_mail()
    server.failure = TimeoutError()
    pauses = []
    for _ in range(3):
        delivery.deliver()
        mail.refresh_from_db()
        pauses.append(mail.due_at - timezone.now())
        pass_time(mail)

    pass_time(mail, days=6)
    delivery.deliver()

    assert pauses == sorted(pauses)
    mail.refresh_from_db()
    assert mail.given_up_at


def test_a_mail_taken_by_one_watcher_is_skipped_by_others(
    server: type[FakeServer],
) -> None:
    mail = queue_mail(taken_until=timezone.now() + timedelta(minutes=1))

    assert delivery.deliver() == 0

    Mail.objects.filter(pk=mail.pk).update(
        taken_until=timezone.now() - timedelta(seconds=1)
    )
    assert delivery.deliver() == 1


def test_the_text_of_a_secret_mail_is_deleted_after_sending() -> None:
    secret, other = queue_mail(secret=True), queue_mail()

    delivery.deliver()

    secret.refresh_from_db()
    other.refresh_from_db()
    assert (secret.text, other.text) == ("", "text")


def test_mails_of_django_go_through_the_outbox(server: type[FakeServer]) -> None:
    connection = get_connection("apps.mails.backend.EmailBackend")

    django_mail.send_mail(
        "reset", "link", None, ["alice@example.org"], connection=connection
    )

    assert server.delivered == []
    assert delivery.deliver() == 1
    assert server.delivered == ["reset"]


def test_a_mail_of_django_to_several_becomes_one_to_each(
    server: type[FakeServer],
) -> None:
    connection = get_connection("apps.mails.backend.EmailBackend")
    addresses = ["alice@example.org", "b@example.org;", "carol@example.org"]

    django_mail.send_mail("hello", "text", None, addresses, connection=connection)

    assert delivery.deliver() == 2
    assert list(Mail.objects.order_by("pk").values_list("recipient", flat=True)) == (
        addresses
    )


def test_mails_are_sent_directly_while_the_database_is_away(
    server: type[FakeServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_message: EmailMessage) -> None:
        raise DatabaseError

    monkeypatch.setattr(backend, "_store", fail)
    connection = get_connection("apps.mails.backend.EmailBackend")

    django_mail.send_mail(
        "error", "text", None, ["a@example.org"], connection=connection
    )

    assert server.delivered == ["error"]


def test_old_mails_are_deleted(sent: Sent) -> None:
    mail = queue_mail()
    pass_time(mail, days=400)
    queue_mail("new")

    delivery.forget()

    assert Mail.objects.get().subject.endswith("new")
