"""Forms that were submitted after the session had ended, kept through the login.

The values travel signed in the login form, so that strangers store nothing here; after
the login they are shown to the user, to be submitted again. Passwords and private keys
are left out. The user is the one who logged in last in this browser, as a cookie says;
without it, nothing is kept.
"""

from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from apps.web.requests import current_page

from .. import ssh_public_keys

SALT = "apps.accounts.interrupted"
# The user who logged in last, signed.
COOKIE = "last_login"
MAX_AGE_S = 12 * 3600
# Of all values together, in characters, and of fields.
MAX_LENGTH = 50_000
MAX_FIELDS = 500
_LEFT_OUT = ("passw", "csrfmiddlewaretoken")


@dataclass(frozen=True, slots=True)
class Form:
    """A submitted form: its action, its page, and its fields in order."""

    action: str
    page: str
    fields: tuple[tuple[str, str], ...]
    # The primary key of the user who submitted it; empty if unknown.
    owner: str

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        fields = tuple(
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if not any(word in name.lower() for word in _LEFT_OUT)
        )
        owner = request.get_signed_cookie(COOKIE, default="", salt=SALT)
        return cls(request.get_full_path(), current_page(request), fields, owner or "")

    def seal(self) -> str:
        """Return what the login form carries; empty if nobody knows whose it is.

        Empty too if it would be too much. Private keys are left out.
        """
        length = sum(len(name) + len(value) for name, value in self.fields)
        if length > MAX_LENGTH or len(self.fields) > MAX_FIELDS or not self.owner:
            return ""
        fields = [
            (name, value)
            for name, value in self.fields
            if not ssh_public_keys.marks_private_key(value)
        ]
        values = [self.action, self.page, fields, self.owner]
        return signing.dumps(values, salt=SALT, compress=True)

    @classmethod
    def unseal(cls, sealed: str) -> Self | None:
        """Return the form that was sealed not long ago; None if that is none."""
        if not sealed:
            return None
        try:
            values = signing.loads(sealed, salt=SALT, max_age=MAX_AGE_S)
            action, page, fields, owner = values
        except (signing.BadSignature, ValueError):  # or sealed by an older version
            return None
        return cls(action, page, tuple((name, value) for name, value in fields), owner)

    def is_of(self, user: User) -> bool:
        return self.owner == str(user.pk)


def remember(response: HttpResponseBase, user: User) -> None:
    """Let the browser say who logged in last, longer than the session lasts."""
    response.set_signed_cookie(
        COOKIE,
        str(user.pk),
        salt=SALT,
        max_age=settings.SESSION_LONGEST_AGE + MAX_AGE_S,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
