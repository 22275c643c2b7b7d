"""Another email address: wished for, confirmed by who reads it, written down.

The link that goes to the new address works once, for the one who asked and nobody
else. Who asks for an address that is somebody else's gets the same answer as anybody,
and no link: the email goes to whose address it is.
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

ASKED, CHANGED, CANCELLED = "mail-ask", "mail-change", "mail-cancel"


class Void(Exception):
    """The link works no more: another one, or time, has overtaken it."""


def ask(by: Acting, address: str, *, with_link: bool = True) -> None:
    """Send a link to a new address and word of it to the old one."""
    user, key = by.user, new_key()
    with transaction.atomic():
        values = {"address": address, "digest": hash_of(key)}
        MailChange.objects.update_or_create(
            user=user, defaults={**values, "asked_at": timezone.now()}
        )
        _record(by, ASKED, user.email, address)
        owners = list(_others_with(address, user))
        if owners and with_link:
            _tell_owners(owners)
        elif with_link:
            _send_link(user, address, key)
        _tell_old_address(user, user.email, "accounts/emails/mail_asked.txt", address)


def waiting(user: User) -> MailChange | None:
    """Return the change that somebody asked for, while its link works."""
    found = MailChange.objects.filter(user=user, asked_at__gte=_oldest())
    return found.first()


def find(user: User, key: str) -> MailChange | None:
    """Return the change that a link stands for, to the one who asked for it."""
    change = waiting(user)
    if change is None or not secrets.compare_digest(change.digest, hash_of(key)):
        return None
    return change


def expires_at(change: MailChange) -> datetime:
    return change.asked_at + timedelta(days=settings.INSTANCE_ACTION_ACTIVE_DAYS)


def confirm(by: Acting, change: MailChange) -> None:
    """Give somebody the address that they asked for; raises Void."""
    try:
        with transaction.atomic():
            _confirm(by, change)
    except IntegrityError as exc:  # somebody else took the address at this moment
        raise Void from exc


def _confirm(by: Acting, change: MailChange) -> None:
    waiting_changes = MailChange.objects.select_for_update().filter(pk=change.pk)
    if not waiting_changes or mailboxes.is_taken(change.address, but=by.user):
        raise Void
    user = User.objects.select_for_update().get(pk=by.user.pk)
    old, user.email = user.email, change.address
    user.save(update_fields=["email"])
    change.delete()
    _record(by, CHANGED, old, user.email)
    _tell_old_address(user, old, "accounts/emails/mail_changed.txt", user.email)


def cancel(by: Acting) -> None:
    """Make the link of what somebody asked for void."""
    with transaction.atomic():
        change = MailChange.objects.filter(user=by.user).first()
        if change is not None:
            change.delete()
            _record(by, CANCELLED, change.address, by.user.email)


def _record(by: Acting, action: str, old: str, new: str) -> None:
    changes = [("email", old or None, new or None)]
    entries.record(by, action, detail=new, changes=changes)


def _oldest() -> datetime:
    return timezone.now() - timedelta(days=settings.INSTANCE_ACTION_ACTIVE_DAYS)


def _others_with(address: str, user: User) -> QuerySet[User]:
    return mailboxes.holders(address).exclude(pk=user.pk)


def _send_link(user: User, address: str, key: str) -> None:
    context = {
        "username": user.username,
        "link": reverse("accounts:mail-change", args=[key]),
        "days": settings.INSTANCE_ACTION_ACTIVE_DAYS,
    }
    letter = Letter("accounts/emails/mail_confirm.txt", context, secret=True)
    letter.post(address, language=language_of(user))


def _tell_owners(owners: list[User]) -> None:
    for owner in owners:
        letter = Letter("accounts/emails/mail_taken.txt", {"username": owner.username})
        letter.post(owner.email, language=language_of(owner))


def _tell_old_address(user: User, old: str, template: str, new: str) -> None:
    context = {"username": user.username, "new": new}
    Letter(template, context).post(old, language=language_of(user))
