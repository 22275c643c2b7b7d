"""Changes of email addresses, confirmed by a link sent to the new address.

The link works once, for the user who requested it. For an address that another user
has, the response is the same, but the email goes to its owner and has no link.
"""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from apps.auditlog import entries
from apps.auditlog.entries import Acting
from apps.mails.letters import Letter
from apps.mails.one_time_keys import hash_of, new_key

from ..contact import language_of
from ..models import MailChange
from . import mailboxes

REQUESTED, CHANGED, CANCELLED = "mail-ask", "mail-change", "mail-cancel"


class LinkInvalid(Exception):
    """The link no longer works: it was replaced or used, or has expired."""


def request_change(by: Acting, address: str, *, with_link: bool = True) -> None:
    """Email a link to the new address and a notice to the old one."""
    user, key = by.user, new_key()
    with transaction.atomic():
        values = {"address": address, "digest": hash_of(key)}
        MailChange.objects.update_or_create(
            user=user, defaults={**values, "asked_at": timezone.now()}
        )
        _record(by, REQUESTED, user.email, address)
        holders = list(_other_holders(address, user))
        if holders and with_link:
            _notify_holders(holders)
        elif with_link:
            _send_link(user, address, key)
        _notify_old_address(user, user.email, "accounts/emails/mail_asked.txt", address)


def pending(user: User) -> MailChange | None:
    """Return the user's pending change, while its link works."""
    changes = MailChange.objects.filter(user=user, asked_at__gte=_oldest())
    return changes.first()


def get_pending(user: User, key: str) -> MailChange | None:
    """Return the pending change of a link's key, if the user requested it."""
    change = pending(user)
    if change is None or not secrets.compare_digest(change.digest, hash_of(key)):
        return None
    return change


def expires_at(change: MailChange) -> datetime:
    return change.asked_at + timedelta(days=settings.INSTANCE_ACTION_ACTIVE_DAYS)


def confirm(by: Acting, change: MailChange) -> None:
    """Change the user's address to the requested one; raises LinkInvalid."""
    try:
        with transaction.atomic():
            _confirm(by, change)
    except IntegrityError as exc:  # somebody else took the address at this moment
        raise LinkInvalid from exc


def _confirm(by: Acting, change: MailChange) -> None:
    pending_changes = MailChange.objects.select_for_update().filter(pk=change.pk)
    if not pending_changes or mailboxes.is_taken(change.address, but=by.user):
        raise LinkInvalid
    user = User.objects.select_for_update().get(pk=by.user.pk)
    previous, user.email = user.email, change.address
    user.save(update_fields=["email"])
    change.delete()
    _record(by, CHANGED, previous, user.email)
    _notify_old_address(user, previous, "accounts/emails/mail_changed.txt", user.email)


def cancel(by: Acting) -> None:
    """Cancel the user's pending change."""
    with transaction.atomic():
        change = MailChange.objects.filter(user=by.user).first()
        if change is not None:
            change.delete()
            _record(by, CANCELLED, change.address, by.user.email)


def _record(by: Acting, action: str, previous: str, current: str) -> None:
    changes = [("email", previous or None, current or None)]
    entries.record(by, action, detail=current, changes=changes)


def _oldest() -> datetime:
    return timezone.now() - timedelta(days=settings.INSTANCE_ACTION_ACTIVE_DAYS)


def _other_holders(address: str, user: User) -> QuerySet[User]:
    return mailboxes.holders(address).exclude(pk=user.pk)


def _send_link(user: User, address: str, key: str) -> None:
    context = {
        "username": user.username,
        "link": reverse("accounts:mail-change", args=[key]),
        "days": settings.INSTANCE_ACTION_ACTIVE_DAYS,
    }
    letter = Letter("accounts/emails/mail_confirm.txt", context, secret=True)
    letter.post(address, language=language_of(user))


def _notify_holders(holders: list[User]) -> None:
    for holder in holders:
        letter = Letter("accounts/emails/mail_taken.txt", {"username": holder.username})
        letter.post(holder.email, language=language_of(holder))


def _notify_old_address(user: User, old: str, template: str, new: str) -> None:
    context = {"username": user.username, "new": new}
    Letter(template, context).post(old, language=language_of(user))
