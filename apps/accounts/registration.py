"""From wanting an account to having one: asked for, confirmed by mail, approved.

The rows are django-registration-redux's; what came of each is a `RegistrationDecision`.
Nothing here tells whether a mail address has an account, but to its owner.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from registration.models import RegistrationProfile, SupervisedRegistrationProfile

from apps.auditlog import entries
from apps.auditlog.entries import Acting
from apps.mails.letters import Letter

from . import people
from .models import Organization, Profile, RegistrationDecision

APPROVED = "account-approve"
REFUSED = "account-refuse"
# How long the link of a registration that nobody confirmed can still say so.
FORGOTTEN_AFTER = timedelta(days=90)


class Standing(Enum):
    """How far a registration is."""

    UNKNOWN = "unknown"
    UNCONFIRMED = "unconfirmed"
    EXPIRED = "expired"
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration as its links find it; ``user`` is None if there is none now."""

    standing: Standing
    number: int = 0
    user: User | None = None
    decision: RegistrationDecision | None = None


NONE = Registration(Standing.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who wants an account, as they tell it."""

    username: str
    email: str
    password: str
    language: str
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    organization: Organization | None = None


# -- asking for an account


@transaction.atomic
def register(applicant: Applicant) -> None:
    """Write a registration down and send its link; the newest of an address counts.

    An address that has an account gets a mail that says so, and nothing else happens.
    Raises IntegrityError if somebody took the name just now.
    """
    # Before anything is known: it takes most of the time that an answer takes.
    password = make_password(applicant.password)
    if _has_account(applicant.email):
        _tell_owner(applicant.email)
        return
    unconfirmed().filter(email__iexact=applicant.email).delete()
    user = _kept(applicant, password)
    Profile.objects.create(
        user=user, phone=applicant.phone, organization=applicant.organization
    )
    people.remember_language(user, applicant.language)
    send_link(user)


def _kept(applicant: Applicant, password: str) -> User:
    user = User(
        username=applicant.username,
        email=applicant.email,
        password=password,
        first_name=applicant.first_name,
        last_name=applicant.last_name,
    )
    SupervisedRegistrationProfile.objects.create_inactive_user(
        site=None, new_user=user, send_email=False
    )
    return user


def unconfirmed() -> QuerySet[User]:
    """Return whose mail address was never confirmed, and who never was in."""
    return User.objects.filter(
        is_active=False, last_login=None, registrationprofile__activated=False
    )


def forget_expired(username: str) -> None:
    """Free a name that an unconfirmed registration holds longer than it may."""
    now = timezone.now()
    expired = unconfirmed().filter(date_joined__lte=now - _lifetime())
    expired.filter(username__iexact=username).delete()
    expired.filter(date_joined__lte=now - FORGOTTEN_AFTER).delete()


def _has_account(email: str) -> bool:
    taken = User.objects.filter(email__iexact=email)
    return taken.exclude(pk__in=unconfirmed().values("pk")).exists()


def _tell_owner(email: str) -> None:
    owners = User.objects.filter(email__iexact=email)
    owner = owners.order_by("-is_active", "pk")[0]
    Letter("accounts/emails/register_known.txt", {"user": owner}).post(
        owner.email, language=people.language_of(owner)
    )


def send_link(user: User) -> None:
    """Send the link that confirms the address."""
    context = {
        "user": user,
        "key": _key_of(user),
        "days": settings.ACCOUNT_ACTIVATION_DAYS,
    }
    Letter("accounts/emails/register_confirm.txt", context, secret=True).post(
        user.email, language=people.language_of(user)
    )


def _key_of(user: User) -> str:
    key: str = RegistrationProfile.objects.get(user=user).activation_key
    return key


def _lifetime() -> timedelta:
    return timedelta(days=settings.ACCOUNT_ACTIVATION_DAYS)


# -- how far it is


def by_key(key: str) -> Registration:
    """Return the registration that the link in a mail to its applicant means."""
    decision = RegistrationDecision.objects.filter(key=key).first()
    row = _rows().filter(activation_key=key).first()
    return _read(row, decision)


def by_number(number: int) -> Registration:
    """Return the registration that a link to those who decide means."""
    decision = RegistrationDecision.objects.filter(registration=number).first()
    return _read(_rows().filter(pk=number).first(), decision)


def of(user: User) -> Registration:
    """Return somebody's own; unknown for whoever did not register."""
    row = _rows().filter(user=user).first()
    return by_number(row.pk) if row else NONE


def waiting() -> list[Registration]:
    """Return the registrations to be decided, the oldest first."""
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
        return NONE
    return Registration(_standing(row), row.pk, row.user)


def _standing(row: RegistrationProfile) -> Standing:
    if row.user.is_active:
        return Standing.APPROVED  # in the administration
    if row.activated:
        return Standing.WAITING
    expired = row.user.date_joined + _lifetime() <= timezone.now()
    return Standing.EXPIRED if expired else Standing.UNCONFIRMED


# -- going on with it


@transaction.atomic
def confirm(found: Registration) -> bool:
    """Take the address for confirmed and tell those who decide; False: it was."""
    if found.standing is not Standing.UNCONFIRMED or found.user is None:
        return False
    rows = RegistrationProfile.objects.filter(pk=found.number, activated=False)
    if not rows.update(activated=True):
        return False
    context = {"user": found.user, "number": found.number}
    Letter("accounts/emails/register_waiting.txt", context).post_to_admins()
    return True


def approve(found: Registration, *, by: Acting) -> bool:
    """Let somebody in, and tell them; False: it was decided already."""
    with transaction.atomic():
        user = _decided(found, by, approved=True)
        if user is None:
            return False
        user.is_active = True
        user.save(update_fields=["is_active"])
        entries.record(by, APPROVED, detail=user.username)
        Letter("accounts/emails/register_approved.txt", {"user": user}).post(
            user.email, language=people.language_of(user)
        )
    return True


def refuse(found: Registration, reason: str, *, by: Acting) -> bool:
    """Tell somebody no and forget them, so that name and address are free again.

    False: it was decided already.
    """
    with transaction.atomic():
        user = _decided(found, by, approved=False)
        if user is None:
            return False
        context = {"user": user, "reason": reason}
        Letter("accounts/emails/register_refused.txt", context).post(
            user.email, language=people.language_of(user)
        )
        entries.record(by, REFUSED, detail=user.username)
        user.delete()
    return True


def _decided(found: Registration, by: Acting, *, approved: bool) -> User | None:
    """Write a decision down; None if there is one, or nothing to decide."""
    if found.standing is not Standing.WAITING or found.user is None:
        return None
    _decision, is_new = RegistrationDecision.objects.get_or_create(
        registration=found.number,
        defaults={
            "key": _key_of(found.user),
            "username": found.user.username,
            "approved": approved,
            "decided_by": by.user.get_username(),
        },
    )
    return found.user if is_new else None
