"""Send what waits in the outbox; what cannot be sent now is tried again.

Each mail is taken by one UPDATE, so that several watchers send it once. One that dies
between sending and writing that down makes it go out again, under the same message id.
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
# What a server says of one mail; it may well take another.
REFUSALS = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
)
TAKEN_FOR = timedelta(minutes=2)
FIRST_PAUSE_S = 5
LONGEST_PAUSE_S = 1800
GIVEN_UP_AFTER = timedelta(days=5)
# What is remembered of sent mails, and for how long.
FORGOTTEN_AFTER = timedelta(days=365)
MAX_ERROR_LENGTH = 1000


class ServerAwayError(Exception):
    """The mail server can't be reached, or hung up: the next mail would meet that too.

    Raised from what says why.
    """


def deliver() -> int:
    """Try to send what is due; return how many mails went out.

    A server that is away is met once: the rest waits for the next time. Whatever else
    a mail fails with is its own failure.
    """
    now = timezone.now()
    due = list(Mail.objects.due(now).order_by("due_at")[:AT_ONCE])
    if not due:
        return 0
    sent = 0
    connection = get_connection(settings.MAIL_DELIVERY_BACKEND)
    # Why it is away is written down beside the mail that met it.
    with contextlib.suppress(ServerAwayError), contextlib.closing(connection):
        for mail in due:
            if _taken(mail, now):
                sent += _deliver_one(mail, connection)
    return sent


def forget() -> None:
    """Forget mails and errors of long ago."""
    error_throttle.forget()
    Mail.objects.filter(created_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()


def _taken(mail: Mail, now: datetime) -> bool:
    return bool(
        Mail.objects.due(now).filter(pk=mail.pk).update(taken_until=now + TAKEN_FOR)
    )


def _deliver_one(mail: Mail, connection: BaseEmailBackend) -> bool:
    """Send a mail, or delay it; return whether it went out. Raises ServerAwayError."""
    try:
        _send(mail, connection)
    except ServerAwayError as exc:
        _delay(mail, exc.__cause__ or exc)
        raise
    except Exception as exc:  # noqa: BLE001 - one mail's: the others must go out
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
    except OSError as exc:  # SMTP's own errors are some of these
        raise ServerAwayError from exc


def _delay(mail: Mail, exc: BaseException) -> None:
    """Try again later, each time later; give up after days."""
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
    """Say in one line, which any database can keep, what a mail failed with."""
    if isinstance(exc, ValidationError):
        return " ".join(exc.messages)
    return fold(f"{type(exc).__name__}: {exc}")[:MAX_ERROR_LENGTH]


def message_of(mail: Mail) -> EmailMultiAlternatives:
    """Return a mail as it is sent; raise ValidationError if its address is none."""
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
