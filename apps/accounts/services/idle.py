"""Accounts that nobody has used for long, and asking their owners by email."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from apps.mails.letters import Letter

from .. import contact
from ..models import IdleNotice


def idle(now: datetime | None = None) -> QuerySet[User]:
    """Return who could log in and has not for long, the longest first.

    Each has ``asked_at``, when they were asked last.
    """
    since = (now or timezone.now()) - _days()
    never = Q(last_login=None, date_joined__lte=since)
    users = User.objects.filter(never | Q(last_login__lte=since), is_active=True)
    return users.annotate(asked_at=F("idle_notice__sent_at")).order_by(
        F("last_login").asc(nulls_first=True), "username"
    )


def to_be_asked(now: datetime | None = None) -> QuerySet[User]:
    """Return whom to write to: not asked yet, or as long ago as makes one idle."""
    since = (now or timezone.now()) - _days()
    recently = IdleNotice.objects.filter(sent_at__gt=since).values("user")
    return idle(now).exclude(email="").exclude(pk__in=recently)


@transaction.atomic
def ask(user: User) -> None:
    """Write to somebody, and remember that."""
    IdleNotice.objects.update_or_create(user=user, defaults={"sent_at": timezone.now()})
    context = {"user": user, "days": settings.IDLE_ACCOUNT_NOTIFICATION_DAYS}
    Letter("accounts/emails/idle.txt", context).post(
        user.email, language=contact.language_of(user)
    )


def _days() -> timedelta:
    return timedelta(days=settings.IDLE_ACCOUNT_NOTIFICATION_DAYS)
