"""Mails: those that wait to be sent, and what is remembered of those that were."""

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
        """Return what may be tried now and what nobody else is trying."""
        free = Q(taken_until=None) | Q(taken_until__lt=now)
        return self.waiting().filter(free, due_at__lte=now)

    def about(self, subject: str) -> Self:
        return self.filter(about=subject)


class Mail(models.Model):
    """A mail to one address; written in the transaction of what it tells of.

    Several people get one each: what becomes of one is no matter of the others'.

    ``about`` names that, as in ``application:17``. A mail that holds a key or a link
    that works once is ``secret``: its text is forgotten as soon as it was sent.
    """

    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    recipient = models.TextField(_("to"))  # as it came: a wrong one fails when sent
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
    """A kind of error, when ADMINS got a mail about it, and how many came since."""

    kind = models.CharField(max_length=255, unique=True)
    mailed_at = models.DateTimeField()
    folded = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.kind
