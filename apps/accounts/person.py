"""Who asks, as far as rights go: what every app's ``access.py`` decides about."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Person:
    """A logged-in user with the groups and permissions that they have."""

    username: str
    groups: frozenset[str] = frozenset()
    superuser: bool = False
    permissions: frozenset[str] = frozenset()

    @classmethod
    def of(cls, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Ask for a user's groups and permissions; somebody inactive has none."""
        if not isinstance(user, User) or not user.is_active:
            return cls(username="")
        groups = frozenset(user.groups.values_list("name", flat=True))
        if user.is_superuser:
            return cls(user.username, groups, superuser=True)
        permissions = frozenset(user.get_all_permissions())
        return cls(user.username, groups, permissions=permissions)

    def has(self, permission: str) -> bool:
        """Tell whether somebody has a permission, such as "ganeti.can_lock"."""
        return self.superuser or permission in self.permissions


def person_of(request: HttpRequest) -> Person:
    """Return the person behind a request; asked of the database once."""
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
