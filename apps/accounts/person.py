"""The person behind a request: what every app's ``access.py`` decides by."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import connection
from django.http import HttpRequest

# Groups, and permissions of one's own and of one's groups, by one statement.
_RIGHTS = """
SELECT 'group', auth_group.name, ''
FROM auth_group
JOIN auth_user_groups ON auth_user_groups.group_id = auth_group.id
WHERE auth_user_groups.user_id = %s
UNION ALL
SELECT 'permission', django_content_type.app_label, auth_permission.codename
FROM auth_permission
JOIN django_content_type ON django_content_type.id = auth_permission.content_type_id
WHERE auth_permission.id IN (
    SELECT permission_id FROM auth_user_user_permissions WHERE user_id = %s
    UNION
    SELECT auth_group_permissions.permission_id
    FROM auth_group_permissions
    JOIN auth_user_groups
        ON auth_user_groups.group_id = auth_group_permissions.group_id
    WHERE auth_user_groups.user_id = %s
)
"""


@dataclass(frozen=True, slots=True)
class Person:
    """A logged-in user with the groups and permissions that they have."""

    username: str
    groups: frozenset[str] = frozenset()
    superuser: bool = False
    permissions: frozenset[str] = frozenset()

    @classmethod
    def of(cls, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Query a user's groups and permissions; an inactive user has none."""
        if not isinstance(user, User) or not user.is_active:
            return cls(username="")
        with connection.cursor() as cursor:
            cursor.execute(_RIGHTS, [user.pk] * 3)
            rows = cursor.fetchall()
        groups = frozenset(name for kind, name, _ in rows if kind == "group")
        if user.is_superuser:
            return cls(user.username, groups, superuser=True)
        permissions = frozenset(
            f"{app}.{codename}" for kind, app, codename in rows if kind == "permission"
        )
        return cls(user.username, groups, permissions=permissions)

    def has(self, permission: str) -> bool:
        """Tell whether the person has a permission, such as "ganeti.can_lock"."""
        return self.superuser or permission in self.permissions


def person_of(request: HttpRequest) -> Person:
    """Return the person behind a request; queried once."""
    person: Person | None = getattr(request, "person", None)
    if person is None:
        person = Person.of(request.user)
        request.person = person  # type: ignore[attr-defined]  # kept for the request
    return person


class TemplateAccess:
    """An app's ``access.py`` for templates: its predicates over the person alone."""

    def __init__(self, access: ModuleType, request: HttpRequest) -> None:
        self._access, self._request = access, request

    def __getattr__(self, name: str) -> Any:
        return getattr(self._access, name)(person_of(self._request))
