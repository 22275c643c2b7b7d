"""Mail addresses from outside: one normal form, to store, look up and send to."""

import re
import unicodedata
from typing import Any

import idna
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

MAX_LENGTH = 254  # RFC 5321, with RFC 3696's erratum 1690
MAX_LOCAL_PART = 64

_SPECIAL = "!#$%&'*+/=?^_`{|}~-"
_ATOM = rf"[A-Za-z0-9{re.escape(_SPECIAL)}]+"
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*", re.ASCII)
# Mail libraries decode it even where no encoded word may stand, to any address.
_ENCODED_WORD = "=?"


def normalize(address: str) -> str:
    """Return the form of an address that is stored; raise ValidationError.

    The domain becomes lower-case ASCII, so that an internationalized one has one form.
    The local part stays as it is, since its case may matter to its server: ASCII, as
    few servers offer SMTPUTF8, and unquoted, as quotes may hold any character. Nothing
    is stripped.
    """
    if len(address) > MAX_LENGTH:
        raise _too_long()
    if any(unicodedata.category(character)[0] in "CZ" for character in address):
        raise ValidationError(
            _("The email address contains a space or an invisible character."),
            code="invisible",
        )
    local_part, at, domain = address.partition("@")
    if not (local_part and at and domain) or "@" in domain:
        raise ValidationError(
            _("Enter an email address such as name@example.org."), code="invalid"
        )
    _check_local_part(local_part)
    normalized = f"{local_part}@{_ascii_domain(domain)}"
    if len(normalized) > MAX_LENGTH:
        raise _too_long()
    return normalized


def comparison_key(address: str) -> str:
    """Return what two addresses of one mailbox have in common; raise ValidationError.

    No known mail service tells local parts apart by their case.
    """
    return normalize(address).lower()


class MailAddressField(forms.EmailField):
    """A mail address, cleaned to its normal form."""

    default_validators = []  # normalize() is stricter

    def __init__(self, **kwargs: Any) -> None:
        kwargs["max_length"] = min(kwargs.get("max_length") or MAX_LENGTH, MAX_LENGTH)
        super().__init__(**kwargs)

    def to_python(self, value: object) -> Any:
        if isinstance(value, str) and len(value) > MAX_LENGTH:
            raise _too_long()
        address = super().to_python(value)
        return normalize(address) if address else address


def _check_local_part(local_part: str) -> None:
    if len(local_part) > MAX_LOCAL_PART:
        raise ValidationError(
            _("The part before the @ has at most %(limit)d characters."),
            code="local_part",
            params={"limit": MAX_LOCAL_PART},
        )
    if not _DOT_ATOM.fullmatch(local_part) or _ENCODED_WORD in local_part:
        raise ValidationError(
            _(
                "The part before the @ may only contain letters from A to Z without "
                "accents, digits, single dots inside, and any of %(special)s"
            ),
            code="local_part",
            params={"special": _SPECIAL},
        )


def _ascii_domain(domain: str) -> str:
    """Return a domain as DNS knows it (IDNA 2008, with the mapping of UTS 46)."""
    if domain.startswith("["):
        raise _no_domain()  # an address literal: no name, so no mailbox of a person
    try:
        if not domain.isascii() or "xn--" in domain.lower():
            domain = idna.encode(domain, uts46=True).decode("ascii")
        domain = domain.lower()
        validate_email(f"name@{domain}")
    except (UnicodeError, ValidationError) as exc:  # idna's errors are UnicodeErrors
        raise _no_domain() from exc
    return domain


def _no_domain() -> ValidationError:
    return ValidationError(
        _("The part after the @ isn't a domain such as example.org."), code="domain"
    )


def _too_long() -> ValidationError:
    return ValidationError(
        _("An email address has at most %(limit)d characters."),
        code="max_length",
        params={"limit": MAX_LENGTH},
    )
