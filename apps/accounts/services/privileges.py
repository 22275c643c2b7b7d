"""Limits on what staff who aren't superusers may change of other accounts.

Nobody may grant, revoke or touch more than they have: whoever changes a user's email
address or password can log in as that user.
"""

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet


def permissions_of(user: User) -> "QuerySet[Permission]":
    """Return a user's permissions, even if the user is inactive."""
    own = Q(user=user) | Q(group__user=user)
    return Permission.objects.filter(own).distinct()


def may_change_user(actor: User, user: User) -> bool:
    """Tell whether the actor may change or delete a user."""
    if actor.is_superuser:
        return True
    return not user.is_superuser and _has_all(actor, permissions_of(user))


def may_change_group(actor: User, group: Group) -> bool:
    """Tell whether the actor may change or delete a group."""
    return actor.is_superuser or _has_all(actor, group.permissions.all())


def exceeds(
    actor: User,
    previous: Iterable[Permission | Group],
    current: Iterable[Permission | Group],
) -> bool:
    """Tell whether a change grants or revokes what the actor does not have."""
    changed = set(previous) ^ set(current)
    if actor.is_superuser or not changed:
        return False
    own: set[Permission | Group] = {*permissions_of(actor), *actor.groups.all()}
    return not changed <= own


def _has_all(actor: User, permissions: "QuerySet[Permission]") -> bool:
    own = permissions_of(actor).values("pk")
    return not permissions.exclude(pk__in=own).exists()
