"""Notifications, and their deliveries to each recipient."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.mails.models import Mail

from . import targets
from .targets import Target

MAX_SUBJECT_LENGTH = 150
# Both languages of a form fit into a request, whatever their letters.
MAX_BODY_LENGTH = 10_000
MAX_ZONE_LENGTH = 64
FALLBACK = "en"


class Notification(models.Model):
    """A message to the owners of machines, in one language or more.

    A draft until it is sent. ``sending`` means that letters are still being written;
    each `Delivery` knows whether its letter has left.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("notification", "Draft")
        SENDING = "sending", pgettext_lazy("notification", "Sending")
        SENT = "sent", pgettext_lazy("notification", "Sent")

    class Markup(models.TextChoices):
        MARKDOWN = "markdown", _("Markdown")
        PLAIN = "plain", _("Plain text")

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="notifications",
    )
    # Outlives the user.
    author_name = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    sent_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    markup = models.CharField(max_length=8, choices=Markup, default=Markup.MARKDOWN)
    subject_en = models.CharField(max_length=MAX_SUBJECT_LENGTH, blank=True)
    body_en = models.TextField(blank=True)
    subject_el = models.CharField(max_length=MAX_SUBJECT_LENGTH, blank=True)
    body_el = models.TextField(blank=True)
    # As `targets.stored` writes them.
    targets = models.JSONField(default=list)
    with_secondaries = models.BooleanField(default=False)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    copy_to_managers = models.BooleanField(default=False)
    # The watcher that writes letters now, until then.
    taken_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        default_permissions = ()
        permissions = [
            ("view_notifications", _("can view all notifications")),
            ("send_notifications", _("can send notifications")),
        ]
        indexes = [models.Index(fields=["status", "created_at"])]

    def __str__(self) -> str:
        return self.subject(FALLBACK)

    @property
    def target_list(self) -> list[Target]:
        return targets.from_stored(self.targets)

    def language_for(self, language: str) -> str:
        """Return the language to read it in: this one, else English, else any."""
        order = dict.fromkeys([language, FALLBACK])
        order |= dict.fromkeys(code for code, _label in settings.LANGUAGES)
        written = (code for code in order if getattr(self, f"subject_{code}", ""))
        return next(written, FALLBACK)

    def subject(self, language: str) -> str:
        return str(getattr(self, f"subject_{self.language_for(language)}"))

    def body(self, language: str) -> str:
        return str(getattr(self, f"body_{self.language_for(language)}"))


class TimeZone(models.Model):
    """The time zone in which a user reads and writes times of maintenance."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+"
    )
    name = models.CharField(max_length=MAX_ZONE_LENGTH)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def failing(self) -> Self:
        """Return those whose letter was given up or refused at least once."""
        refused = models.Q(status=Delivery.Status.POSTED, mail__attempts__gt=0)
        return self.filter(models.Q(status=Delivery.Status.FAILED) | refused)


class Delivery(models.Model):
    """A notification to one recipient: as an email, and in the list on the site.

    What the recipient was told is kept as it was then: name, address and machines.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("delivery", "Waiting")
        POSTED = "posted", pgettext_lazy("delivery", "In the outbox")
        SENT = "sent", pgettext_lazy("delivery", "Delivered")
        FAILED = "failed", pgettext_lazy("delivery", "Failed")

    notification = models.ForeignKey(
        Notification, models.CASCADE, related_name="deliveries"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="deliveries",
    )
    username = models.CharField(max_length=150)
    name = models.CharField(max_length=310)
    address = models.CharField(max_length=254)
    # What all spellings of the address have in common.
    mailbox = models.CharField(max_length=254)
    language = models.CharField(max_length=16)
    # Of times in it; empty for that of the site.
    zone = models.CharField(max_length=MAX_ZONE_LENGTH, blank=True)
    # Cluster and name of each machine, and of each reason its target and group.
    machines = models.JSONField(default=list)
    reasons = models.JSONField(default=list)
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    mail = models.ForeignKey(Mail, models.SET_NULL, null=True, related_name="+")
    error = models.TextField(blank=True)
    read_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "mailbox"], name="one_delivery_per_mailbox"
            )
        ]
        indexes = [
            models.Index(fields=["user", "read_at"]),
            models.Index(fields=["notification", "status"]),
            models.Index(fields=["status"]),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def machine_names(self) -> tuple[str, ...]:
        return tuple(name for _cluster, name in self.machines)

    @property
    def problem(self) -> str:
        """The error of its letter, be it retried or given up."""
        return self.error or (self.mail.error if self.mail else "")
