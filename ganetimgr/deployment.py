"""Checks of ``manage.py check --deploy``: what a site that others reach must not have.

They see the settings after the rules of ``settings.checks``: of the right types.
"""

import re
import stat
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004
from django.http.request import validate_host

from ganetimgr.settings.loading import operator_file


def register_checks() -> None:
    for check in (check_site_url, check_caches, check_settings_files):
        register(check, Tags.security, deploy=True)


def check_site_url(**_kwargs: Any) -> list[CheckMessage]:
    """Warn about a SITE_URL that users can't reach."""
    parts = urlsplit(settings.SITE_URL)
    host = parts.hostname or ""
    if is_local(host):
        return [
            Warning(
                f"SITE_URL is {settings.SITE_URL}: links in mails lead nowhere.",
                hint="Set the address that people use: 'https://vps.example.org'.",
                id="ganetimgr.W002",
            )
        ]
    if parts.scheme != "https":
        return [
            Warning(
                "SITE_URL begins with http://: links in mails, which set passwords and "
                "confirm actions, are opened without encryption.",
                hint="Serve the site over TLS, and begin SITE_URL with https://.",
                id="ganetimgr.W003",
            )
        ]
    if not validate_host(host, settings.ALLOWED_HOSTS):
        return [
            Warning(
                f"SITE_URL names {host}, which is not in ALLOWED_HOSTS: links in mails "
                "are answered with an error.",
                id="ganetimgr.W004",
            )
        ]
    return []


def is_local(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def check_caches(**_kwargs: Any) -> list[CheckMessage]:
    """Warn about cache servers that take commands from whoever connects."""
    return [
        Warning(
            f"CACHES[{alias!r}] is a server without credentials: whoever connects to "
            "it reads and changes what pages show.",
            hint="Use a Unix socket that only this service may open, or a Redis with "
            "a password: 'redis://USER:PASSWORD@HOST:6379/1'.",
            id="ganetimgr.W005",
        )
        for alias, cache in settings.CACHES.items()
        if any(not is_protected(address, cache) for address in addresses(cache))
    ]


def addresses(cache: Mapping[str, Any]) -> list[str]:
    """Return the cache's servers; Django takes a list, or one text for several."""
    location = cache.get("LOCATION") or []
    if isinstance(location, str):
        return [text.strip() for text in re.split("[;,]", location)]
    if isinstance(location, list | tuple):
        return [str(address) for address in location]
    return []


def is_protected(address: str, cache: Mapping[str, Any]) -> bool:
    if "memcached" in str(cache.get("BACKEND")).lower():
        return address.startswith(("unix:", "/"))
    if not address.startswith(("redis:", "rediss:")):
        return True
    return has_password(cache.get("OPTIONS")) or has_password_in_url(address)


def has_password(options: object) -> bool:
    """Say whether options of django-redis or redis-py have credentials."""
    if not isinstance(options, Mapping):
        return False
    credentials = ("PASSWORD", "password", "credential_provider")
    return any(options.get(name) for name in credentials) or has_password(
        options.get("CONNECTION_POOL_KWARGS")
    )


def has_password_in_url(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:  # no URL: the cache says so itself
        return False
    return bool(parts.password or parse_qs(parts.query).get("password"))


def check_settings_files(**_kwargs: Any) -> list[CheckMessage]:
    """Warn about a settings file, or a copy of it, that every user can read."""
    path = operator_file()
    return [
        Warning(
            f"{copy} can be read by every user of this host, with the secrets in it.",
            hint=f"chmod o-rwx {copy}",
            id="ganetimgr.W006",
        )
        for copy in (settings_files(path) if path else ())
        if is_readable_by_all(copy)
    ]


def settings_files(path: Path) -> list[Path]:
    """List the settings file and the copies that editors and people leave beside it."""
    copies = {path.absolute(), *path.absolute().parent.glob(f"*{path.name}*")}
    return sorted(copy for copy in copies if copy.is_file() and copy.suffix != ".dist")


def is_readable_by_all(path: Path) -> bool:
    real = path.resolve()
    return bool(real.stat().st_mode & stat.S_IROTH) and all(
        parent.stat().st_mode & stat.S_IXOTH for parent in real.parents
    )
