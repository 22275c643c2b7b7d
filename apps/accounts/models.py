"""Models of accounts, beside Django's user."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Preferences(models.Model):
    """Display preferences of a user; created when first changed."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="preferences"
    )
    instance_columns = models.JSONField(default=list, blank=True)
    # Of emails; empty for the site default. Pages use the browser's cookie.
    language = models.CharField(max_length=16, blank=True)
    # Jobs that finished before it are not reported any more.
    jobs_read_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.user)


class Session(AbstractBaseSession):
    """A session of a logged-in browser, or of a visitor with data to keep."""

    # Identifies it in URLs: the key is as good as a password.
    number = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="sessions",
    )
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=255, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    # Approximate: not every request writes it.
    seen_at = models.DateTimeField(default=timezone.now)

    # The decoded `session_data`, cached; not a column.
    decoded: dict[str, Any] | None = None

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from .sessions import SessionStore  # noqa: PLC0415 - it needs this model

        return SessionStore


class ReservedName(models.Model):
    """A user or group name that isn't free, though no account needs to have it.

    ``source`` says why: a cluster whose tags name an owner of this name, in which
    case ``machines`` counts them, or an account that had it. ``key`` is what equal
    names have in common, as `services.names.key_of` makes it.
    """

    class Kind(models.TextChoices):
        USER = "user"
        GROUP = "group"

    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=255)
    key = models.CharField(max_length=64)
    source = models.CharField(max_length=64)
    machines = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key", "source"], name="one_reservation_per_source"
            )
        ]
        indexes = [models.Index(fields=["source"], name="reserved_name_source")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


class NameSource(models.Model):
    """A source of tags that name owners, and whether they have been read.

    Until a cluster's tags have been read, they may name any owner, so no name is
    certainly free.
    """

    name = models.CharField(max_length=64, unique=True)
    told = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Mailbox(models.Model):
    """The email address of a user, in the normal form of all its spellings.

    Django's user has no unique address; this row is what makes it unique. ``copy`` is
    0 but for addresses that several users had before there was this table.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="mailbox"
    )
    key = models.CharField(max_length=254)
    copy = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "copy"], name="one_user_per_mailbox")
        ]

    def __str__(self) -> str:
        return self.key


class UnconfirmedRegistration(models.Model):
    """A registration whose email address is not confirmed yet.

    It holds its user name, also if its address has an account and no link was sent.
    There may be several of one address. Of the key in the link only a digest is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=150)
    name_key = models.CharField(max_length=64, unique=True)
    email = models.CharField(max_length=254)
    mailbox_key = models.CharField(max_length=254, db_index=True)
    first_name = models.CharField(max_length=150)
    last_name = models.CharField(max_length=150)
    phone = models.CharField(max_length=64, blank=True)
    organization = models.ForeignKey(
        "accounts.Organization", models.SET_NULL, null=True, related_name="+"
    )
    language = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    registered_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.username

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class RegistrationDecision(models.Model):
    """The decision on a registration; the first one stored counts.

    It outlives the registration, so that old links can say what happened. ``key`` is
    the digest of the one in the link.
    """

    registration = models.PositiveIntegerField(unique=True)
    key = models.CharField(max_length=64, db_index=True)
    username = models.CharField(max_length=150)
    approved = models.BooleanField()
    decided_by = models.CharField(max_length=150)
    decided_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.username


class IdleNotice(models.Model):
    """When the user of an idle account was last notified."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="idle_notice"
    )
    sent_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.user)


class Organization(models.Model):
    """An organization that machines are for; in Ganeti, the tag ``PREFIX:org:TAG``."""

    title = models.CharField(_("title"), max_length=255, unique=True)
    tag = models.CharField(
        _("tag"),
        max_length=64,
        unique=True,
        validators=[
            RegexValidator(r"^[A-Za-z0-9.+_-]+\Z", _("Letters, digits and .+_- only."))
        ],
        help_text=_("Identifies the organization in the tags of its machines."),
    )
    website = models.URLField(_("website"), blank=True)
    email = models.EmailField(_("email"), blank=True)
    phone = models.CharField(_("phone"), max_length=64, blank=True)
    users = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        verbose_name=_("users"),
        related_name="organizations_run",
        help_text=_("Users who represent the organization."),
    )

    class Meta:
        ordering = ["title"]
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")

    def __str__(self) -> str:
        return self.title


class Profile(models.Model):
    """Contact details of a user; created with the account, or at the first login."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="profile"
    )
    phone = models.CharField(_("phone"), max_length=64, blank=True)
    organization = models.ForeignKey(
        Organization,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("organization"),
        related_name="members",
    )
    greeted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")

    def __str__(self) -> str:
        return str(self.user)


class SshKey(models.Model):
    """An SSH key, installed on new machines of its owner.

    ``key`` is as OpenSSH writes it: the kind and the key, without the comment.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="ssh_keys"
    )
    key = models.TextField(_("key"))
    comment = models.CharField(_("comment"), max_length=255, blank=True)
    # Base64 as OpenSSH shows it, without "SHA256:".
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        ordering = ["added_at", "pk"]
        verbose_name = _("SSH key")
        verbose_name_plural = _("SSH keys")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "fingerprint"], name="one_key_of_a_kind_per_owner"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.comment}".strip()


class MailChange(models.Model):
    """A requested change of an email address, until its link is opened.

    Only a digest of the link's key is kept: who reads the table cannot follow it. One
    for each user, so that a newer request invalidates the link of an older one.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_change"
    )
    address = models.EmailField()
    digest = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user}: {self.address}"
