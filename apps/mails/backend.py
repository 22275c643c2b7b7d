"""Email backend that stores what Django and its apps send in the outbox."""

from collections.abc import Sequence
from email.utils import make_msgid

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError, transaction

from .models import Mail
from .one_line import fold


class EmailBackend(BaseEmailBackend):
    """Store emails, which the watcher sends through MAIL_DELIVERY_BACKEND.

    Send them at once if the database is unavailable: they may report just that.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        try:
            with transaction.atomic():
                for message in email_messages:
                    _store(message)
        except DatabaseError:
            direct = get_connection(
                settings.MAIL_DELIVERY_BACKEND, fail_silently=self.fail_silently
            )
            return direct.send_messages(email_messages) or 0
        return len(email_messages)


def _store(message: EmailMessage) -> None:
    for recipient in message.recipients():
        Mail.objects.create(
            recipient=recipient,
            sender=message.from_email,
            subject=fold(str(message.subject))[:255],
            text=str(message.body),
            html=_html(message),
            reply_to=", ".join(message.reply_to)[:255],
            # Django's own emails contain single-use links (password reset, activation).
            secret=True,
            message_id=make_msgid(),
        )


def _html(message: EmailMessage) -> str:
    if not isinstance(message, EmailMultiAlternatives):
        return ""
    for content, kind in message.alternatives:
        if kind == "text/html":
            return str(content)
    return ""
