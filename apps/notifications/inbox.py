"""Notifications on the site: what was sent to a person, read or unread."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from apps.work import cached_count

from .models import Delivery


def of(user: User) -> "QuerySet[Delivery]":
    """Return what was sent to a user, newest first."""
    own = Delivery.objects.filter(user=user).select_related("notification")
    return own.order_by("-notification__sent_at", "-pk")


def count_unread(user: User) -> int:
    """Count a user's unread notifications, at most some seconds ago."""
    return cached_count.cached_count(
        _key(user.pk),
        lambda: Delivery.objects.filter(user=user, read_at=None).count(),
    )


def mark_read(user: User, notification_pk: int | None = None) -> None:
    """Mark one of a user's notifications as read, or all."""
    unread = Delivery.objects.filter(user=user, read_at=None)
    if notification_pk is not None:
        unread = unread.filter(notification=notification_pk)
    unread.update(read_at=timezone.now())
    cached_count.forget(_key(user.pk))


def forget(user_pks: Iterable[int]) -> None:
    """Forget the counts of users, so that they see new notifications at once."""
    cached_count.forget(*(_key(pk) for pk in user_pks))


def _key(user_pk: int) -> str:
    return f"unread:{user_pk}"
