"""Idle accounts, and emails that ask their users to log in."""

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
    """Return active users who have not logged in for long, the longest first.

    Annotated with ``asked_at``, when they were last notified.
    """
    since = (now or timezone.now()) - _days()
    never_logged_in = Q(last_login=None, date_joined__lte=since)
    users = User.objects.filter(
        never_logged_in | Q(last_login__lte=since), is_active=True
    )
    return users.annotate(asked_at=F("idle_notice__sent_at")).order_by(
        F("last_login").asc(nulls_first=True), "username"
    )


def to_notify(now: datetime | None = None) -> QuerySet[User]:
    """Return idle users who have not been notified for as long."""
    since = (now or timezone.now()) - _days()
    recently = IdleNotice.objects.filter(sent_at__gt=since).values("user")
    return idle(now).exclude(email="").exclude(pk__in=recently)


@transaction.atomic
def notify(user: User) -> None:
    """Email a user, and record when."""
    IdleNotice.objects.update_or_create(user=user, defaults={"sent_at": timezone.now()})
    context = {"user": user, "days": settings.IDLE_ACCOUNT_NOTIFICATION_DAYS}
    Letter("accounts/emails/idle.txt", context).post(
        user.email, language=contact.language_of(user)
    )


def _days() -> timedelta:
    return timedelta(days=settings.IDLE_ACCOUNT_NOTIFICATION_DAYS)
