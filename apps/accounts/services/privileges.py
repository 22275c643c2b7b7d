"""What staff who aren't superusers may change of the accounts of others.

Nobody gives, takes or touches more than they have: who changes somebody's email address
or password can become them.
"""

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet


def permissions_of(user: User) -> "QuerySet[Permission]":
    """Return a user's permissions, also of one who is not active now."""
    own = Q(user=user) | Q(group__user=user)
    return Permission.objects.filter(own).distinct()


def may_change_user(actor: User, user: User) -> bool:
    """Tell whether somebody may change or delete a user, who has no more than they."""
    if actor.is_superuser:
        return True
    return not user.is_superuser and _has_all(actor, permissions_of(user))


def may_change_group(actor: User, group: Group) -> bool:
    """Tell whether somebody may change or delete a group."""
    return actor.is_superuser or _has_all(actor, group.permissions.all())


def beyond(
    actor: User,
    before: Iterable[Permission | Group],
    after: Iterable[Permission | Group],
) -> bool:
    """Tell whether a change gives or takes what somebody does not have."""
    changed = set(before) ^ set(after)
    if actor.is_superuser or not changed:
        return False
    own: set[Permission | Group] = {*permissions_of(actor), *actor.groups.all()}
    return not changed <= own


def _has_all(actor: User, permissions: "QuerySet[Permission]") -> bool:
    own = permissions_of(actor).values("pk")
    return not permissions.exclude(pk__in=own).exists()
