"""People who are known to LDAP (``AUTH_LDAP_SERVER_URI``).

The directory is the authority over the names of its people and groups: who logs in
with a name gets what tags give to it, while nobody can register with such a name. What
the directory says may be anything: what doesn't fit is cut or left out, with a line in
the log.

Needs what requirements-ldap.txt installs, so that nothing imports it but by setting.
"""

import logging
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models
from django.dispatch import receiver
from django.http import HttpRequest
from django_auth_ldap import backend

from apps.web.mail_addresses import normalize

from .models import Profile
from .services import mailboxes, names

logger = logging.getLogger(__name__)

MAX_NAME_LENGTH = 150  # of users and of groups


class LDAPBackend(backend.LDAPBackend):  # type: ignore[misc]  # it has no types
    """Asks the directory for those who have no password here."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return who it is, unless the name belongs to an account made here.

        Else whoever gets a name into the directory would get the account of that
        name, be it an administrator's.
        """
        if username is None or not _is_usable(username.strip()):
            return None
        if _is_made_here(username):
            return None
        user: User | None = super().authenticate(request, username, password, **kwargs)
        if user is not None:
            Profile.objects.get_or_create(user=user)
        return user

    def authenticate_ldap_user(self, ldap_user: Any, password: str) -> User | None:
        """Let through only groups that can be stored; the library offers no hook."""
        if self.settings.GROUP_SEARCH is not None:
            ldap_user._groups = _Groups(ldap_user)
        user: User | None = super().authenticate_ldap_user(ldap_user, password)
        return user

    def get_user(self, user_id: int) -> User | None:
        """Return whose session it is; nobody once they were deactivated."""
        user: User | None = super().get_user(user_id)
        return user if user is not None and user.is_active else None


class _Groups(backend._LDAPUserGroups):  # type: ignore[misc]  # it has no types
    """The groups of somebody, but for those whose names can't be stored."""

    def get_group_names(self) -> set[str]:
        found = super().get_group_names()
        return {name for name in found if name and _is_usable(name)}


def _is_made_here(username: str) -> bool:
    found = User.objects.filter(username__iexact=username.strip())
    return any(user.has_usable_password() for user in found)


def _is_usable(name: str) -> bool:
    """Tell whether a user or group name can be stored and stand in an address."""
    usable = (
        0 < len(name) <= MAX_NAME_LENGTH and name.isprintable() and names.is_valid(name)
    )
    if not usable:
        logger.warning("Directory: nobody can be called %.200r", name)
    return usable


@receiver(backend.populate_user)
def make_fit(user: User, **_others: Any) -> None:
    """Bring what the directory says about somebody into a form that can be stored."""
    for field in user._meta.concrete_fields:
        if type(field) is models.CharField and field.name not in {
            User.USERNAME_FIELD,
            "password",
        }:
            value = getattr(user, field.name)
            setattr(user, field.name, _line(user, field, value))
    user.email = _address(user)


def _line(user: User, field: "models.CharField[Any, Any]", value: Any) -> str:
    text = value if isinstance(value, str) else ""
    line = "".join(each if each.isprintable() else " " for each in text)
    line = line[: field.max_length].strip()
    if line != value:
        logger.warning("Directory: %s of %s was cut", field.name, user.username)
    return line


def _address(user: User) -> str:
    """Return the email address; the one that is stored if this is none to be had."""
    if not user.email:
        return _stored_address(user)
    try:
        address = normalize(str(user.email).strip())
    except ValidationError as exc:
        reason = "; ".join(exc.messages)
    else:
        if not mailboxes.is_taken(address, but=user):
            return address
        reason = "another account has it"
    logger.warning("Directory: mail address of %s left out: %s", user.username, reason)
    return _stored_address(user)


def _stored_address(user: User) -> str:
    stored = User.objects.filter(pk=user.pk).values_list("email", flat=True)
    return stored.first() or ""


@receiver(backend.ldap_error)
def note_that_it_is_away(request: HttpRequest | None = None, **_others: Any) -> None:
    """Let the form say why nobody of the directory can log in now."""
    if request is not None:
        request.directory_is_away = True  # type: ignore[attr-defined]  # for this one
