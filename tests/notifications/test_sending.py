"""Each recipient gets one letter, whoever dies; failures are listed and retried."""

import smtplib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.contact import remember_language
from apps.accounts.person import Person
from apps.auditlog.entries import Acting
from apps.auditlog.models import AuditEntry
from apps.ganeti.models import Cluster
from apps.ganeti.state import refreshing
from apps.mails import delivery as mail_delivery
from apps.mails.models import Mail
from apps.notifications import audience, progress, sending
from apps.notifications.models import Delivery, Notification
from apps.notifications.sending import AlreadySent, NoRecipients, NotAsShown
from apps.notifications.targets import Target, TargetKind
from tests.conftest import Sent
from tests.ganeti.fakes import FakeRapi
from tests.notifications.conftest import Draft, SendNow

EVERYBODY = Target(TargetKind.EVERYBODY)
Write = Callable[[], int]


@pytest.fixture
def crowd(db: None) -> list[User]:
    return [
        User.objects.create_user(f"user{number}", f"user{number}@example.org")
        for number in range(7)
    ]


def digest_of(notification: Notification, user: User) -> str:
    return audience.digest(notification, audience.of(notification, Person.of(user)))


def addresses() -> list[str]:
    return sorted(Mail.objects.values_list("recipient", flat=True))


def test_owners_get_their_own_text_once(
    alice: User, draft: Draft, send_now: SendNow, write_letters: Write, sent: Sent
) -> None:
    notification = draft()
    send_now(notification)
    write_letters()

    [mail] = sent()
    assert mail.to == ["alice@example.org"]
    assert mail.subject.endswith("News for alice")
    assert "About **web1**." in str(mail.body)
    assert f"/notifications/mine/{notification.pk}/" in str(mail.body)
    html = str(mail.alternatives[0][0])  # type: ignore[attr-defined]
    assert "About <strong>web1</strong>." in html
    sending.store_outcomes()
    notification.refresh_from_db()
    assert notification.status == Notification.Status.SENT
    assert progress.of(notification).sent == 1
    assert AuditEntry.objects.filter(action=sending.SEND).count() == 1


def test_a_greek_recipient_gets_greek(
    alice: User,
    bob: User,
    draft: Draft,
    send_now: SendNow,
    write_letters: Write,
    sent: Sent,
) -> None:
    remember_language(alice, "el")
    both = Target(TargetKind.CLUSTER, "athens")
    send_now(draft(both, subject_el="Νέα", body_el="Για {{ instances }}."))
    write_letters()

    subjects = {mail.to[0]: mail.subject for mail in sent()}
    assert subjects["alice@example.org"].endswith("Νέα")
    assert subjects["bob@example.org"].endswith("News for bob")


def test_a_second_confirmation_sends_nothing(
    alice: User, nora: User, draft: Draft, send_now: SendNow, write_letters: Write
) -> None:
    notification = draft()
    shown = digest_of(notification, nora)
    same = Notification.objects.get()
    sending.confirm(notification, shown, by=Acting(nora))

    with pytest.raises(AlreadySent):
        sending.confirm(same, shown, by=Acting(nora))

    assert write_letters() == 1


@pytest.mark.usefixtures("alice")
def test_changed_recipients_are_shown_again(
    bob: User, nora: User, draft: Draft, published: FakeRapi, cluster: Cluster
) -> None:
    notification = draft()
    shown = digest_of(notification, nora)
    published.change("web1", tags=["ganetimgr:group:staff"])
    assert refreshing.refresh(cluster, force=True)

    with pytest.raises(NotAsShown):
        sending.confirm(notification, shown, by=Acting(nora))

    assert not Delivery.objects.exists()


@pytest.mark.usefixtures("alice", "published")
def test_a_changed_text_is_shown_again(nora: User, draft: Draft) -> None:
    notification = draft()
    shown = digest_of(notification, nora)
    notification.body_en = "Another text"
    notification.save()

    with pytest.raises(NotAsShown):
        sending.confirm(notification, shown, by=Acting(nora))


@pytest.mark.usefixtures("published")
def test_nobody_is_no_recipient(nora: User, draft: Draft) -> None:
    notification = draft()

    with pytest.raises(NoRecipients):
        sending.confirm(notification, digest_of(notification, nora), by=Acting(nora))


class Killed(BaseException):
    """The process dies."""


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("survived", range(9))
def test_whoever_dies_nobody_gets_two_and_none_is_missed(
    draft: Draft,
    send_now: SendNow,
    write_letters: Write,
    monkeypatch: pytest.MonkeyPatch,
    survived: int,
) -> None:
    monkeypatch.setattr(sending, "BATCH", 3)
    send_now(draft(EVERYBODY))
    letter, count = sending.letter, 0

    def dying(*args: object, **kwargs: object) -> Mail:
        nonlocal count
        count += 1
        if count > survived:
            raise Killed
        return letter(*args, **kwargs)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(sending, "letter", dying)
        with pytest.raises(Killed):
            write_letters_until_death()
    # The lease of the one who died runs out.
    Notification.objects.update(taken_until=timezone.now() - timedelta(seconds=1))
    write_letters()

    expected = [*(f"user{number}@example.org" for number in range(7))]
    assert addresses() == sorted([*expected, "nora@example.org"])
    assert set(Delivery.objects.values_list("status", flat=True)) == {"posted"}


def write_letters_until_death() -> None:
    """Write letters in transactions that are rolled back by the death."""
    while sending.post_waiting():
        pass
    raise Killed


@pytest.mark.usefixtures("crowd")
def test_two_watchers_write_each_letter_once(
    draft: Draft, send_now: SendNow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BATCH", 3)
    send_now(draft(EVERYBODY))
    notification = Notification.objects.get()
    post = sending._post

    def meanwhile(each: Notification, delivery: Delivery) -> bool:
        with monkeypatch.context() as patched:
            patched.setattr(sending, "_post", post)
            sending._post_batch(notification)  # its lease has run out
        return post(each, delivery)

    with monkeypatch.context() as patched:
        patched.setattr(sending, "_post", meanwhile)
        sending.post_waiting()
    while Delivery.objects.filter(status="waiting").exists():
        sending._post_batch(notification)

    assert len(addresses()) == len(set(addresses())) == 8


@pytest.mark.usefixtures("alice")
def test_a_leased_notification_is_left_to_its_watcher(
    draft: Draft, send_now: SendNow
) -> None:
    send_now(draft())
    Notification.objects.update(taken_until=timezone.now() + timedelta(minutes=1))

    assert sending.post_waiting() == 0


def test_a_mailbox_gets_a_notification_once(
    alice: User, draft: Draft, send_now: SendNow
) -> None:
    notification = draft()
    send_now(notification)

    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(notification=notification, mailbox="alice@example.org")


def test_failures_are_listed_and_retried_at_the_current_address(
    alice: User,
    nora: User,
    draft: Draft,
    send_now: SendNow,
    write_letters: Write,
    sent: Sent,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_args: object) -> int:
        raise smtplib.SMTPRecipientsRefused({"alice@example.org": (550, b"unknown")})

    notification = draft()
    send_now(notification)
    write_letters()
    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", refuse)
        mail_delivery.deliver()
    [failing] = notification.deliveries.failing()
    assert "550" in failing.problem
    assert progress.of(notification).failing == 1
    assert not progress.of(notification).moving

    Mail.objects.update(given_up_at=timezone.now())
    sending.store_outcomes()
    assert progress.of(notification).failed == 1
    alice.email = "alice@new.example.org"
    alice.save()

    assert sending.retry(notification, by=Acting(nora)) == 1
    assert [mail.to for mail in sent()] == [["alice@new.example.org"]]
    sending.store_outcomes()
    assert progress.of(notification).sent == 1
    assert sending.retry(notification, by=Acting(nora)) == 0


def test_managers_get_one_copy(
    alice: User,
    draft: Draft,
    send_now: SendNow,
    write_letters: Write,
    settings: Settings,
    sent: Sent,
) -> None:
    settings.MANAGERS = [("Manager", "manager@example.org")]
    send_now(draft(copy_to_managers=True))
    write_letters()

    assert sorted(mail.to[0] for mail in sent()) == [
        "alice@example.org",
        "manager@example.org",
    ]
    [copy] = [mail for mail in sent() if mail.to == ["manager@example.org"]]
    assert "sent to 1 user" in str(copy.body)
    assert "{{ instances }}" in str(copy.body)


def test_outcomes_outlive_the_outbox(
    alice: User, draft: Draft, send_now: SendNow, write_letters: Write, sent: Sent
) -> None:
    notification = draft()
    send_now(notification)
    write_letters()
    assert sent()
    sending.run()
    Mail.objects.all().delete()
    sending.run()

    assert progress.of(notification).sent == 1
