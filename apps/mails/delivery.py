"""Send what waits in the outbox; what cannot be sent now is tried again.

Each mail is taken by one UPDATE, so that several watchers send it once. One that dies
between sending and writing that down makes it go out again, under the same message id.
"""

import contextlib
import logging
import smtplib
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import models
from django.utils import timezone

from .models import Mail

logger = logging.getLogger(__name__)

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


def deliver() -> int:
    """Try to send what is due; return how many mails went out.

    A server that is away is met once: the rest waits for the next time.
    """
    now = timezone.now()
    due = list(Mail.objects.due(now).order_by("due_at")[:AT_ONCE])
    if not due:
        return 0
    sent = 0
    connection = get_connection(settings.MAIL_DELIVERY_BACKEND)
    with contextlib.closing(connection):
        for mail in due:
            if not _taken(mail, now):
                continue
            try:
                sent += _sent(mail, connection)
            except OSError as exc:  # SMTP's own errors are some of these
                _put_off(mail, exc)
                break
    return sent


def forget() -> None:
    """Forget mails of long ago."""
    Mail.objects.filter(created_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()


def _taken(mail: Mail, now: datetime) -> bool:
    return bool(
        Mail.objects.due(now).filter(pk=mail.pk).update(taken_until=now + TAKEN_FOR)
    )


def _sent(mail: Mail, connection: BaseEmailBackend) -> bool:
    """Send a mail; False: the server will not have it. Raises OSError: it is away."""
    try:
        connection.send_messages([message_of(mail)])
    except REFUSALS as exc:
        _put_off(mail, exc)
        return False
    changes: dict[str, object] = {"sent_at": timezone.now(), "error": ""}
    if mail.secret:
        changes |= {"text": "", "html": ""}
    Mail.objects.filter(pk=mail.pk).update(taken_until=None, **changes)
    return True


def _put_off(mail: Mail, exc: OSError) -> None:
    """Try again later, each time later; give up after days."""
    now = timezone.now()
    pause_s = min(FIRST_PAUSE_S * 2 ** min(mail.attempts, 16), LONGEST_PAUSE_S)
    given_up = now - mail.created_at > GIVEN_UP_AFTER
    level = logging.ERROR if given_up else logging.WARNING
    logger.log(level, "Mail %s (%s) not sent: %s", mail.pk, mail.subject, exc)
    Mail.objects.filter(pk=mail.pk).update(
        attempts=models.F("attempts") + 1,
        due_at=now + timedelta(seconds=pause_s),
        taken_until=None,
        error=str(exc),
        given_up_at=now if given_up else None,
    )


def message_of(mail: Mail) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=mail.sender,
        to=mail.addresses,
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={"Message-ID": mail.message_id},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message
