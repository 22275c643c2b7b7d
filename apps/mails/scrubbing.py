"""Take out of reports of errors what doesn't belong into them."""

import re

from django.conf import settings

# Of https://user:password@host, of mail addresses: what is before the @.
_BEFORE_AT = re.compile(r"""[^\s/@"'<>(),;=]{1,254}@""")
# Keys of links that work once, tokens, signed values: parts of paths.
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
_GONE = "…"
# Shorter ones would take words out of everything.
_MIN_SECRET_LENGTH = 6


def scrub(text: str) -> str:
    """Return a text without secrets of the settings, keys, queries and addresses."""
    for secret in _secrets():
        text = text.replace(secret, _GONE)
    text = _BEFORE_AT.sub(f"{_GONE}@", text)
    text = _KEYS.sub(_GONE, text)
    return _QUERY.sub(f"?{_GONE}", text)


def _secrets() -> list[str]:
    values: list[object] = []
    for name in _SECRETS:
        value = getattr(settings, name, "")
        values += value if isinstance(value, list | tuple) else [value]
    values += [database.get("PASSWORD") for database in settings.DATABASES.values()]
    values += [settings.SENTRY.get("sentry_dsn")]
    secrets = [value for value in values if isinstance(value, str)]
    return [secret for secret in secrets if len(secret) >= _MIN_SECRET_LENGTH]
