"""Registration of accounts: submitted, confirmed by email, approved.

Until its email address is confirmed, a registration is an `UnconfirmedRegistration`:
whoever confirms it chooses the password. Then it is a row of
django-registration-redux; its outcome is a `RegistrationDecision`. Only the owner of an
email address learns whether it has an account.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from registration.models import RegistrationProfile, SupervisedRegistrationProfile

from apps.auditlog import entries
from apps.auditlog.entries import Acting
from apps.auditlog.target import user_target
from apps.mails.letters import Letter
from apps.mails.one_time_keys import hash_of

from .. import contact
from ..models import (
    Organization,
    Profile,
    RegistrationDecision,
    UnconfirmedRegistration,
)
from . import mailboxes, names
from .names import Claim

APPROVED = "account-approve"
REFUSED = "account-refuse"
# How long the link of an unconfirmed registration still gets an explanation.
FORGOTTEN_AFTER = timedelta(days=90)


class Standing(Enum):
    """Status of a registration."""

    UNKNOWN = "unknown"
    UNCONFIRMED = "unconfirmed"
    EXPIRED = "expired"
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration, as its links lead to it.

    ``unconfirmed`` is there before its address is confirmed, ``user`` after that and
    until it is refused.
    """

    standing: Standing
    number: int = 0
    user: User | None = None
    decision: RegistrationDecision | None = None
    unconfirmed: UnconfirmedRegistration | None = None

    @property
    def claim(self) -> Claim:
        """What comes with the user name if it is approved."""
        if self.standing is not Standing.WAITING or self.user is None:
            return Claim()
        return names.claim_on(names.Kind.USER, self.user.username)


NO_REGISTRATION = Registration(Standing.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Applicant:
    """The details that a registering user enters."""

    username: str
    email: str
    language: str
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    organization: Organization | None = None


# Anybody can register with any address: its owner must not be flooded with links.
MAX_LINKS = 3


# -- submitting


@transaction.atomic
def register(applicant: Applicant, *, with_mail: bool = True) -> None:
    """Store a registration and email its link.

    If the address has an account, its owner gets an email that says so in place of the
    link; what is stored is the same. Without an email, resetting the password sends the
    link. Raises IntegrityError if somebody took the name just now.
    """
    row = _store(applicant)
    if not with_mail:
        return
    owner = mailboxes.holders(row.email).first()
    if owner is None:
        _send_link(row)
        return
    Letter("accounts/emails/register_known.txt", {"user": owner}).post(
        owner.email, language=contact.language_of(owner)
    )


def _store(applicant: Applicant) -> UnconfirmedRegistration:
    row = UnconfirmedRegistration(
        username=applicant.username,
        name_key=names.key_of(applicant.username),
        email=applicant.email,
        mailbox_key=mailboxes.key_of(applicant.email),
        first_name=applicant.first_name,
        last_name=applicant.last_name,
        phone=applicant.phone,
        organization=applicant.organization,
        language=applicant.language,
    )
    row.digest = hash_of(_key_of(row))
    row.save(force_insert=True)
    return row


def is_name_free(username: str) -> bool:
    """Tell whether a user name can be registered."""
    _delete_expired(username)
    if User.objects.filter(username__iexact=username).exists():
        return False
    if names.is_pending(username):
        return False
    return names.claim_on(names.Kind.USER, username).free


def _delete_expired(username: str) -> None:
    """Delete expired registrations that hold a name."""
    now = timezone.now()
    rows = UnconfirmedRegistration.objects.filter(registered_at__lte=now - _lifetime())
    rows.filter(name_key=names.key_of(username)).delete()
    rows.filter(registered_at__lte=now - FORGOTTEN_AFTER).delete()


def send_links_again(address: str) -> None:
    """Send the links of the newest unconfirmed registrations of an address again."""
    rows = _unexpired().filter(mailbox_key=mailboxes.key_of(address))
    for row in rows.order_by("-registered_at")[:MAX_LINKS]:
        digest = hash_of(_key_of(row))
        if digest != row.digest:  # made with another SECRET_KEY
            row.digest = digest
            row.save(update_fields=["digest"])
        _send_link(row)


def _unexpired() -> QuerySet[UnconfirmedRegistration]:
    oldest = timezone.now() - _lifetime()
    return UnconfirmedRegistration.objects.filter(registered_at__gt=oldest)


def _send_link(row: UnconfirmedRegistration) -> None:
    """Send the link that confirms the address."""
    context = {
        "registration": row,
        "key": _key_of(row),
        "days": settings.ACCOUNT_ACTIVATION_DAYS,
    }
    Letter("accounts/emails/register_confirm.txt", context, secret=True).post(
        row.email, language=row.language
    )


def _key_of(row: UnconfirmedRegistration) -> str:
    """Return the key in the link: always the same, and not derivable from the row."""
    return salted_hmac(
        "apps.accounts.registration", str(row.pk), algorithm="sha256"
    ).hexdigest()


def _lifetime() -> timedelta:
    return timedelta(days=settings.ACCOUNT_ACTIVATION_DAYS)


# -- looking up


def by_key(key: str) -> Registration:
    """Return the registration of a link sent to the registering user."""
    digest = hash_of(key)
    decision = RegistrationDecision.objects.filter(key=digest).first()
    row = _rows().filter(activation_key=digest).first()
    if decision is None and row is None:
        return _unconfirmed(digest)
    return _read(row, decision)


def _unconfirmed(digest: str) -> Registration:
    row = UnconfirmedRegistration.objects.filter(digest=digest).first()
    if row is None:
        return NO_REGISTRATION
    expired = row.registered_at + _lifetime() <= timezone.now()
    standing = Standing.EXPIRED if expired else Standing.UNCONFIRMED
    return Registration(standing, unconfirmed=row)


def by_number(number: int) -> Registration:
    """Return the registration of a link sent to administrators."""
    decision = RegistrationDecision.objects.filter(registration=number).first()
    return _read(_rows().filter(pk=number).first(), decision)


def of(user: User) -> Registration:
    """Return a user's registration; of unknown standing if there is none."""
    row = _rows().filter(user=user).first()
    return by_number(row.pk) if row else NO_REGISTRATION


def waiting() -> list[Registration]:
    """Return the registrations to be approved, the oldest first."""
    decided = RegistrationDecision.objects.values("registration")
    rows = _rows().filter(activated=True, user__is_active=False)
    rows = rows.exclude(pk__in=decided).order_by("user__date_joined")
    return [_read(row, None) for row in rows]


def _rows() -> Any:
    """Return a queryset of RegistrationProfile, whose class has no types."""
    return RegistrationProfile.objects.exclude(
        supervisedregistrationprofile=None
    ).select_related("user", "user__profile", "user__profile__organization")


def _read(
    row: RegistrationProfile | None, decision: RegistrationDecision | None
) -> Registration:
    if decision is not None:
        standing = Standing.APPROVED if decision.approved else Standing.REFUSED
        user = row.user if row is not None else None
        return Registration(standing, decision.registration, user, decision)
    if row is None:
        return NO_REGISTRATION
    # Active without a decision: activated in the admin.
    standing = Standing.APPROVED if row.user.is_active else Standing.WAITING
    return Registration(standing, row.pk, row.user)


# -- confirming and deciding


@transaction.atomic
def confirm(registration: Registration, password: str) -> bool:
    """Create the inactive account and notify administrators; False if already done.

    Other unconfirmed registrations of the same address end. Raises IntegrityError if
    the user name or the address has an account by now.
    """
    row = registration.unconfirmed
    if registration.standing is not Standing.UNCONFIRMED or row is None:
        return False
    same_address = UnconfirmedRegistration.objects.select_for_update().filter(
        mailbox_key=row.mailbox_key
    )
    if row not in list(same_address):
        return False
    user = _account_of(row, password)
    number = SupervisedRegistrationProfile.objects.create(
        user=user, activation_key=row.digest, activated=True
    ).pk
    same_address.delete()
    context = {"user": user, "number": number}
    Letter("accounts/emails/register_waiting.txt", context).post_to_admins()
    return True


def _account_of(row: UnconfirmedRegistration, password: str) -> User:
    if User.objects.filter(username__iexact=row.username).exists():
        raise IntegrityError(f"The user name {row.username} is taken")
    user = User(
        username=row.username,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        date_joined=row.registered_at,
        is_active=False,
    )
    user.set_password(password)
    user.save()
    Profile.objects.create(user=user, phone=row.phone, organization=row.organization)
    contact.remember_language(user, row.language)
    return user


def approve(registration: Registration, *, by: Acting) -> bool:
    """Activate the account and notify the user; False if already decided."""
    with transaction.atomic():
        user = _record_decision(registration, by, approved=True)
        if user is None:
            return False
        user.is_active = True
        user.save(update_fields=["is_active"])
        entries.record(by, APPROVED, user_target(user))
        Letter("accounts/emails/register_approved.txt", {"user": user}).post(
            user.email, language=contact.language_of(user)
        )
    return True


def refuse(registration: Registration, reason: str, *, by: Acting) -> bool:
    """Notify the user and delete the account, which frees name and address.

    False if already decided.
    """
    with transaction.atomic():
        user = _record_decision(registration, by, approved=False)
        if user is None:
            return False
        context = {"user": user, "reason": reason}
        Letter("accounts/emails/register_refused.txt", context).post(
            user.email, language=contact.language_of(user)
        )
        entries.record(by, REFUSED, user_target(user))
        user.delete()
    return True


def _record_decision(
    registration: Registration, by: Acting, *, approved: bool
) -> User | None:
    """Record a decision; return the user, or None if there is nothing to decide."""
    if registration.standing is not Standing.WAITING or registration.user is None:
        return None
    _decision, is_new = RegistrationDecision.objects.get_or_create(
        registration=registration.number,
        defaults={
            "key": _digest_of(registration.user),
            "username": registration.user.username,
            "approved": approved,
            "decided_by": by.user.get_username(),
        },
    )
    return registration.user if is_new else None


def _digest_of(user: User) -> str:
    digest: str = RegistrationProfile.objects.get(user=user).activation_key
    return digest
