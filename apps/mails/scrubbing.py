"""Remove secrets and personal data from error reports."""

import re

from django.conf import settings

# The part before the @ in https://user:password@host and in email addresses.
_BEFORE_AT = re.compile(r"""[^\s/@"'<>(),;=]{1,254}@""")
# Path segments that are single-use keys, tokens or signed values.
_KEYS = re.compile(r"(?<=/)(?:[\w.:-]*:)?[\w-]{20,}(?![\w.:-])")
_QUERY = re.compile(r"""(?<=[\w/])\?[^\s"'<>]+""")
_SECRETS = (
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "RAPI_PASSWORD_KEYS",
    "EMAIL_HOST_PASSWORD",
    "RECAPTCHA_PRIVATE_KEY",
    "AUTH_LDAP_BIND_PASSWORD",
)
_REPLACEMENT = "…"
# Shorter secrets would match ordinary words.
_MIN_SECRET_LENGTH = 6


def scrub(text: str) -> str:
    """Return a text without the settings' secrets, keys, queries and addresses."""
    for secret in _secrets():
        text = text.replace(secret, _REPLACEMENT)
    text = _BEFORE_AT.sub(f"{_REPLACEMENT}@", text)
    text = _KEYS.sub(_REPLACEMENT, text)
    return _QUERY.sub(f"?{_REPLACEMENT}", text)


def _secrets() -> list[str]:
    values: list[object] = []
    for name in _SECRETS:
        value = getattr(settings, name, "")
        values += value if isinstance(value, list | tuple) else [value]
    values += [database.get("PASSWORD") for database in settings.DATABASES.values()]
    values += [settings.SENTRY.get("sentry_dsn")]
    secrets = [value for value in values if isinstance(value, str)]
    return [secret for secret in secrets if len(secret) >= _MIN_SECRET_LENGTH]
