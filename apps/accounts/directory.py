"""People who are known to LDAP (``AUTH_LDAP_SERVER_URI``).

Needs what requirements-ldap.txt installs, so that nothing imports it but by setting.
"""

from typing import Any

from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest
from django_auth_ldap import backend

from .models import Profile


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
        if username is None or _is_made_here(username):
            return None
        user: User | None = super().authenticate(request, username, password, **kwargs)
        if user is not None:
            Profile.objects.get_or_create(user=user)
        return user

    def get_user(self, user_id: int) -> User | None:
        """Return whose session it is; nobody once they were deactivated."""
        user: User | None = super().get_user(user_id)
        return user if user is not None and user.is_active else None


def _is_made_here(username: str) -> bool:
    found = User.objects.filter(username__iexact=username.strip())
    return any(user.has_usable_password() for user in found)


@receiver(backend.ldap_error)
def note_that_it_is_away(request: HttpRequest | None = None, **_others: Any) -> None:
    """Let the form say why nobody of the directory can log in now."""
    if request is not None:
        request.directory_is_away = True  # type: ignore[attr-defined]  # for this one
