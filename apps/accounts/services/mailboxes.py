"""Mailboxes: each email address belongs to one user, however it is spelled.

The row of a user follows ``User.email`` at each save. Saving an address that somebody
else has raises IntegrityError, as a unique column would: `AddressTaken` before
anything is saved, or the database's own if both were saved at the same moment.
"""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.web.mail_addresses import comparison_key

from ..models import Mailbox


class AddressTaken(ValidationError, IntegrityError):
    """Raised when a user would get an email address that another user has.

    A ValidationError too: ``createsuperuser`` shows it as its message.
    """


def key_of(address: str | None) -> str:
    """Return the key of all spellings of an address; empty if it is invalid."""
    try:
        return comparison_key(address or "")
    except ValidationError:
        return ""


def holders(address: str) -> QuerySet[User]:
    """Return the users with an address; several only from before it was unique."""
    key = key_of(address)
    users = User.objects.filter(mailbox__key=key) if key else User.objects.none()
    return users.order_by("-is_active", "pk")


def is_taken(address: str, *, but: User | None = None) -> bool:
    """Tell whether other users than ``but`` have an address."""
    users = list(holders(address))
    return bool(users) and but not in users


def check(instance: User, *, raw: bool, update_fields: Any, **_signal: Any) -> None:
    """Raise AddressTaken before a user is saved with the address of another."""
    if raw or (update_fields is not None and "email" not in update_fields):
        return
    if _has_changed(instance) and is_taken(instance.email, but=instance):
        raise AddressTaken(_("Another user has this address."))


def _has_changed(user: User) -> bool:
    stored = User.objects.filter(pk=user.pk).values_list("email", flat=True).first()
    return key_of(user.email) != key_of(stored or "")


def follow(
    instance: User, *, created: bool, raw: bool, update_fields: Any, **_signal: Any
) -> None:
    """Update the mailbox of a saved user; raises IntegrityError if it is taken."""
    if raw or (update_fields is not None and "email" not in update_fields):
        return
    key = key_of(instance.email)
    row = None if created else Mailbox.objects.filter(user=instance).first()
    if key == (row.key if row else ""):
        return
    with transaction.atomic():
        if row is not None:
            row.delete()
        if key:
            Mailbox.objects.create(user=instance, key=key)
