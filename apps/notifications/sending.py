"""Send notifications: to everybody who was shown before, once each.

The deliveries are stored with the confirmation. Watchers then write the letters into
the outbox, some at a time, each in one transaction with its delivery: whoever dies,
nobody gets two and none is missed.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import pgettext_lazy

from apps.accounts.person import Person
from apps.accounts.services import mailboxes
from apps.auditlog import entries
from apps.auditlog.entries import Acting
from apps.mails.letters import new_mail
from apps.mails.models import Mail
from apps.web.stored_text import Text

from . import audience, inbox, targets
from .audience import Audience
from .models import Delivery, Notification
from .recipients import Recipient
from .text import Reader, message_for, reader_of_delivery

LOOK_EVERY_S = 1.0
BATCH = 50
TAKEN_FOR = timedelta(minutes=2)
# Outcomes stored at once.
MOST_OUTCOMES = 1000

SEND, RETRY = "notification-send", "notification-retry"
ACTIONS: dict[str, Text] = {
    SEND: pgettext_lazy("action", "Send a notification"),
    RETRY: pgettext_lazy("action", "Send a notification again"),
}

Status = Notification.Status


class AlreadySent(Exception):
    """The notification was sent before, or has been changed or deleted meanwhile."""


class NotAsShown(Exception):
    """Text or recipients are no longer those that were shown."""


class NoRecipients(Exception):
    """The targets lead to nobody."""


def confirm(notification: Notification, shown: str, *, by: Acting) -> None:
    """Send a draft to the recipients whose digest was shown.

    Raises AlreadySent, NotAsShown and NoRecipients.
    """
    now_reached = audience.of(notification, Person.of(by.user))
    if audience.digest(notification, now_reached) != shown:
        raise NotAsShown
    if not now_reached.recipients:
        raise NoRecipients
    with transaction.atomic():
        _leave_draft(notification, by)
        Delivery.objects.bulk_create(
            [
                _delivery(notification, recipient)
                for recipient in now_reached.recipients
            ],
            batch_size=500,
        )
        if notification.copy_to_managers:
            _post_copy(notification, now_reached)
        entries.record(by, SEND, detail=str(notification))
    inbox.forget(recipient.account.pk for recipient in now_reached.recipients)


def _leave_draft(notification: Notification, by: Acting) -> None:
    """Mark a draft as sent, unless somebody has done so or has changed it."""
    unchanged = Notification.objects.filter(
        pk=notification.pk, status=Status.DRAFT, changed_at=notification.changed_at
    )
    if not unchanged.update(
        status=Status.SENDING,
        sent_at=timezone.now(),
        author=by.user,
        author_name=by.user.get_username(),
    ):
        raise AlreadySent


def _delivery(notification: Notification, recipient: Recipient) -> Delivery:
    account = recipient.account
    return Delivery(
        notification=notification,
        user_id=account.pk,
        username=account.username,
        name=account.name,
        address=account.address,
        mailbox=account.mailbox,
        language=account.language,
        zone=account.zone,
        machines=[list(machine) for machine in recipient.machines],
        reasons=[
            [*row, reason.group]
            for reason in recipient.reasons
            for row in targets.stored([reason.target])
        ],
    )


def _post_copy(notification: Notification, reached: Audience) -> None:
    """Mail MANAGERS the text, with its placeholders named instead of filled."""
    language = settings.LANGUAGE_CODE
    reader = Reader("{{ user }}", ("{{ instances }}",), language)
    for _name, address in settings.MANAGERS:
        mail = letter(notification, reader, address, copies=len(reached.recipients))
        mail.save()


# -- letters


def post_waiting() -> int:
    """Write the next letters of a notification; return how many."""
    now = timezone.now()
    free = Q(taken_until=None) | Q(taken_until__lt=now)
    sending = Notification.objects.filter(free, status=Status.SENDING)
    notification = sending.order_by("sent_at", "pk").first()
    if notification is None:
        return 0
    mine = sending.filter(pk=notification.pk)
    if not mine.update(taken_until=now + TAKEN_FOR):
        return 0
    return _post_batch(notification)


def _post_batch(notification: Notification) -> int:
    """Write letters and give the notification back, all or nothing."""
    waiting = notification.deliveries.filter(status=Delivery.Status.WAITING)
    own = Notification.objects.filter(pk=notification.pk)
    with transaction.atomic():
        batch = list(waiting.order_by("pk")[:BATCH])
        posted = sum(_post(notification, delivery) for delivery in batch)
        status = Status.SENDING if len(batch) == BATCH else Status.SENT
        own.update(taken_until=None, status=status)
    return posted


def _post(notification: Notification, delivery: Delivery) -> bool:
    """Write a letter, unless another watcher has done so."""
    waiting = Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.WAITING)
    if not waiting.update(status=Delivery.Status.POSTED):
        return False
    reader = reader_of_delivery(delivery)
    mail = letter(notification, reader, delivery.address)
    mail.save()
    Delivery.objects.filter(pk=delivery.pk).update(mail=mail)
    return True


def letter(
    notification: Notification,
    reader: Reader,
    address: str,
    *,
    copies: int = 0,
) -> Mail:
    """Return the email to a reader, unsaved; ``copies`` marks that to MANAGERS."""
    message = message_for(notification, reader)
    page = "detail" if copies else "message"
    with translation.override(reader.language):
        context: dict[str, Any] = {
            "site": settings.SITE_URL.rstrip("/"),
            "branding": settings.BRANDING,
            "subject": message.subject,
            "message": message,
            "copies": copies,
            "address": reverse(f"notifications:{page}", args=[notification.pk]),
        }
        text = render_to_string("notifications/mail.txt", context)
        mail = new_mail(address, message.subject, f"{text.strip()}\n")
        mail.html = render_to_string("notifications/mail.html", context)
    mail.about = mail_key(notification)
    return mail


def mail_key(notification: Notification) -> str:
    return f"notification:{notification.pk}"


# -- outcomes


def store_outcomes() -> None:
    """Store which letters have left the outbox or were given up.

    The outbox forgets its mails after a while; the archive does not.
    """
    posted = Delivery.objects.filter(status=Delivery.Status.POSTED)
    left = posted.exclude(mail__sent_at=None)
    pks = list(left.values_list("pk", flat=True)[:MOST_OUTCOMES])
    if pks:
        changed = Delivery.objects.filter(pk__in=pks, status=Delivery.Status.POSTED)
        changed.update(status=Delivery.Status.SENT, error="")
    given_up = posted.exclude(mail__given_up_at=None).filter(mail__sent_at=None)
    for delivery in given_up.select_related("mail")[:MOST_OUTCOMES]:
        own = Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.POSTED)
        own.update(status=Delivery.Status.FAILED, error=delivery.problem)


def run() -> None:
    """Do what is due: called by the watchers."""
    post_waiting()
    store_outcomes()


def retry(notification: Notification, *, by: Acting) -> int:
    """Send the letters that failed again, to the current addresses; return how many.

    It is the same letter each time, so that nobody gets two.
    """
    failing = notification.deliveries.failing().exclude(mail=None)
    with transaction.atomic():
        retried = sum(
            _retry(delivery) for delivery in failing.select_related("user", "mail")
        )
        if retried:
            entries.record(by, RETRY, detail=str(notification))
    return retried


def _retry(delivery: Delivery) -> bool:
    address = delivery.address
    if delivery.user and mailboxes.key_of(delivery.user.email):
        address = delivery.user.email
    unsent = Mail.objects.filter(pk=delivery.mail_id or 0, sent_at=None)
    if not unsent.update(
        recipient=address, due_at=timezone.now(), given_up_at=None, attempts=0
    ):
        return False
    Delivery.objects.filter(pk=delivery.pk).update(
        status=Delivery.Status.POSTED, address=address, error=""
    )
    return True
