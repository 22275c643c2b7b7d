"""Password changes, by the old password or by a link in an email."""

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


def is_local(user: User) -> bool:
    """Tell whether the password can be changed here, not in the directory."""
    return user.has_usable_password()


def notify_change(
    by: Acting, action: str, *, keep: str | None, user: User | None = None
) -> None:
    """Email the user about the new password and end all sessions but ``keep``.

    ``user`` is the owner of the password if somebody else has set it.
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
def send_reset_links(email: str) -> None:
    """Email each user with this address what they can do."""
    users = list(mailboxes.holders(email))
    for user in users:
        _send_reset_link(user)
    if not users:
        registration.send_links_again(email)


def _send_reset_link(user: User) -> None:
    if user.is_active:
        template = "password_reset" if is_local(user) else "password_elsewhere"
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
