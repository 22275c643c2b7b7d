"""Emails, both waiting and sent, and kinds of mailed errors."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailQuerySet(models.QuerySet["Mail"]):
    def waiting(self) -> Self:
        return self.filter(sent_at=None, given_up_at=None)

    def due(self, now: datetime) -> Self:
        """Return mails that may be sent now and that no other watcher is sending."""
        free = Q(taken_until=None) | Q(taken_until__lt=now)
        return self.waiting().filter(free, due_at__lte=now)

    def about(self, subject: str) -> Self:
        return self.filter(about=subject)


class Mail(models.Model):
    """An email to one address, stored in the transaction of what it reports on.

    Several recipients get one mail each, so that they are delivered independently.

    ``about`` names what the mail reports on, such as ``application:17``. A mail with a
    key or a single-use link is ``secret``: its text is deleted once it was sent.
    """

    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    recipient = models.TextField(_("to"))  # validated when sent
    sender = models.CharField(_("from"), max_length=255)
    subject = models.CharField(_("subject"), max_length=255)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True)
    reply_to = models.CharField(_("reply to"), max_length=255, blank=True)
    secret = models.BooleanField(default=False)
    about = models.CharField(_("about"), max_length=64, blank=True, db_index=True)
    message_id = models.CharField(max_length=255)
    due_at = models.DateTimeField(default=timezone.now)
    taken_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    error = models.TextField(_("last error"), blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    given_up_at = models.DateTimeField(_("given up"), null=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("email")
        verbose_name_plural = _("emails")
        indexes = [models.Index(fields=["sent_at", "given_up_at", "due_at"])]

    def __str__(self) -> str:
        return self.subject


class MailedError(models.Model):
    """A kind of error, when it was last mailed, and how many occurred since."""

    kind = models.CharField(max_length=255, unique=True)
    mailed_at = models.DateTimeField()
    folded = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.kind
