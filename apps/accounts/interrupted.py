"""Forms that were sent after the session had ended: kept through the login.

What was typed travels sealed in the login form, so that strangers write nothing here;
afterwards it is shown, to be sent again. Passwords are left out.
"""

from dataclasses import dataclass
from typing import Self

from django.core import signing
from django.http import HttpRequest

from apps.web.requests import current_page

SALT = "apps.accounts.interrupted"
MAX_AGE_S = 12 * 3600
# Of all values together, in characters, and of fields.
MAX_LENGTH = 50_000
MAX_FIELDS = 500
_LEFT_OUT = ("password", "csrfmiddlewaretoken")


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it was sent: where to, from which page, and its fields in order."""

    action: str
    page: str
    fields: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        fields = tuple(
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if not any(word in name for word in _LEFT_OUT)
        )
        return cls(request.get_full_path(), current_page(request), fields)

    def seal(self) -> str:
        """Return what the login form carries; empty if it would be too much."""
        length = sum(len(name) + len(value) for name, value in self.fields)
        if length > MAX_LENGTH or len(self.fields) > MAX_FIELDS:
            return ""
        values = [self.action, self.page, self.fields]
        return signing.dumps(values, salt=SALT, compress=True)

    @classmethod
    def unseal(cls, sealed: str) -> Self | None:
        """Return the form that was sealed not long ago; None if that is none."""
        if not sealed:
            return None
        try:
            action, page, fields = signing.loads(sealed, salt=SALT, max_age=MAX_AGE_S)
        except signing.BadSignature:
            return None
        return cls(action, page, tuple((name, value) for name, value in fields))
