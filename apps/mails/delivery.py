"""Send the mails in the outbox, and retry those that fail.

A watcher takes each mail with one UPDATE, so that several watchers send it once. If one
dies after sending and before storing that, the mail is sent again, with the same
message id.
"""

import contextlib
import logging
import smtplib
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import models
from django.utils import timezone

from apps.web.mail_addresses import normalize
from apps.work import failures

from . import error_throttle
from .models import Mail
from .one_line import fold

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
AT_ONCE = 50
# Errors that concern one mail: the server may accept others.
REFUSALS = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
)
TAKEN_FOR = timedelta(minutes=2)
FIRST_PAUSE_S = 5
LONGEST_PAUSE_S = 1800
GIVEN_UP_AFTER = timedelta(days=5)
# How long mails are stored.
FORGOTTEN_AFTER = timedelta(days=365)
MAX_ERROR_LENGTH = 1000


class ServerAwayError(Exception):
    """The mail server is unreachable or hung up, so the next mail would fail too.

    Raised from the original error.
    """


def deliver() -> int:
    """Send the mails that are due; return how many were sent.

    Stop at the first mail that finds the server unavailable; the remaining mails wait
    for the next call. Any other error concerns only the mail that raised it.
    """
    now = timezone.now()
    due = list(Mail.objects.due(now).order_by("due_at")[:AT_ONCE])
    if not due:
        return 0
    sent = 0
    connection = get_connection(settings.MAIL_DELIVERY_BACKEND)
    # _deliver_one() has stored the reason in the mail.
    with contextlib.suppress(ServerAwayError), contextlib.closing(connection):
        for mail in due:
            if _take(mail, now):
                sent += _deliver_one(mail, connection)
    return sent


def forget() -> None:
    """Delete old mails and errors."""
    error_throttle.forget()
    Mail.objects.filter(created_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()


def _take(mail: Mail, now: datetime) -> bool:
    return bool(
        Mail.objects.due(now).filter(pk=mail.pk).update(taken_until=now + TAKEN_FOR)
    )


def _deliver_one(mail: Mail, connection: BaseEmailBackend) -> bool:
    """Send or delay a mail; return whether it was sent. Raise ServerAwayError."""
    try:
        _send(mail, connection)
    except ServerAwayError as exc:
        _delay(mail, exc.__cause__ or exc)
        raise
    except Exception as exc:  # noqa: BLE001 - must not stop the other mails
        _delay(mail, exc)
        return False
    changes: dict[str, object] = {"sent_at": timezone.now(), "error": ""}
    if mail.secret:
        changes |= {"text": "", "html": ""}
    Mail.objects.filter(pk=mail.pk).update(taken_until=None, **changes)
    return True


def _send(mail: Mail, connection: BaseEmailBackend) -> None:
    message = message_of(mail)
    try:
        connection.send_messages([message])
    except REFUSALS:
        raise
    except OSError as exc:  # the base class of smtplib's errors
        raise ServerAwayError from exc


def _delay(mail: Mail, exc: BaseException) -> None:
    """Schedule the next attempt after a growing pause; give up after some days."""
    now = timezone.now()
    pause_s = failures.pause_s(mail.attempts + 1, FIRST_PAUSE_S, LONGEST_PAUSE_S)
    given_up = now - mail.created_at > GIVEN_UP_AFTER
    level = logging.ERROR if given_up else logging.WARNING
    error = _describe(exc)
    logger.log(level, "Mail %s (%s) not sent: %s", mail.pk, mail.subject, error)
    Mail.objects.filter(pk=mail.pk).update(
        attempts=models.F("attempts") + 1,
        due_at=now + timedelta(seconds=pause_s),
        taken_until=None,
        error=error,
        given_up_at=now if given_up else None,
    )


def _describe(exc: BaseException) -> str:
    """Return an error on one line that any database can store."""
    if isinstance(exc, ValidationError):
        return " ".join(exc.messages)
    return fold(f"{type(exc).__name__}: {exc}")[:MAX_ERROR_LENGTH]


def message_of(mail: Mail) -> EmailMultiAlternatives:
    """Return the message to send; raise ValidationError if the address is invalid."""
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=mail.sender,
        to=[normalize(mail.recipient)],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={"Message-ID": mail.message_id},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message
