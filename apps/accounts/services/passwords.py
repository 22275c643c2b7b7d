"""New passwords: by the one that one has, or by a link in an email."""

from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from apps.auditlog import entries
from apps.auditlog.entries import Acting
from apps.auditlog.target import user_target
from apps.mails.letters import Letter

from .. import contact, sessions
from . import mailboxes, registration
from .registration import Standing

CHANGED = "password-change"
RESET = "password-reset"
SET_BY_STAFF = "password-set"


def kept_here(user: User) -> bool:
    """Tell whether there is a password to change; a directory's is not ours."""
    return user.has_usable_password()


def changed(
    by: Acting, action: str, *, keep: str | None, user: User | None = None
) -> None:
    """Tell somebody of their new password and end every session but the one kept.

    ``user`` is whose password it is, if somebody else has set it.
    """
    user = user or by.user
    target = None if user == by.user else user_target(user)
    with transaction.atomic():
        sessions.end_all(user, but=keep)
        entries.record(by, action, target)
        at = timezone.localtime().isoformat(" ", "seconds")
        context = {"user": user, "at": at, "address": by.address}
        Letter("accounts/emails/password_changed.txt", context).post(
            user.email, language=contact.language_of(user)
        )


@transaction.atomic
def forgotten(email: str) -> None:
    """Write to everybody with this address what each can do; to nobody else."""
    users = list(mailboxes.holders(email))
    for user in users:
        _write_to(user)
    if not users:
        registration.send_links_again(email)


def _write_to(user: User) -> None:
    if user.is_active:
        template = "password_reset" if kept_here(user) else "password_elsewhere"
        Letter(f"accounts/emails/{template}.txt", _link(user), secret=True).post(
            user.email, language=contact.language_of(user)
        )
    elif registration.of(user).standing is Standing.WAITING:
        Letter("accounts/emails/register_patience.txt", {"user": user}).post(
            user.email, language=contact.language_of(user)
        )


def _link(user: User) -> dict[str, object]:
    return {
        "user": user,
        "uid": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
    }
