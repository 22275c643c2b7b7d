"""Read the operator's settings file over the defaults, and derive the rest."""

import os
import runpy
import secrets
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ganetimgr.settings import defaults, policy, rules, state, wiring

# One writer at a time: a writing transaction locks at its start ("immediate") and
# waits, instead of failing half way.
SQLITE_OPTIONS: dict[str, Any] = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
# python-ldap's OPT_NETWORK_TIMEOUT and OPT_TIMEOUT, which need not be installed: how
# long to wait for a connection and for an answer, in seconds.
LDAP_OPTIONS: dict[int, Any] = {0x5005: 3, 0x5002: 3}
FIXED = {"BASE_DIR", "STATE_DIR"}
# Dictionaries that an operator may give in part, and how many levels deep.
PARTIAL = {"BRANDING": 1, "FLATPAGES": 1, "SENTRY": 1, "RATE_LIMITS": 2}
# No lock is held for long: waiting fails after 10 s instead of 50 s.
MYSQL_OPTIONS: dict[str, Any] = {
    "charset": "utf8mb4",
    "connect_timeout": 5,
    "isolation_level": "read committed",
    "init_command": "SET sql_mode='STRICT_TRANS_TABLES', innodb_lock_wait_timeout=10",
}


def load() -> dict[str, Any]:
    """Return all settings; raises ImproperlyConfigured with a message of one line."""
    values = {**upper(vars(wiring)), **upper(vars(defaults))}
    path = operator_file()
    operator_values = read(path) if path is not None else {}
    if FIXED & operator_values.keys():
        raise ImproperlyConfigured(
            "STATE_DIR and BASE_DIR are not for the settings file: "
            "$GANETIMGR_STATE names the state directory."
        )
    merge(values, operator_values)
    values["OPERATOR_NAMES"] = frozenset(operator_values)
    derive(values)
    return values


def upper(names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in names.items() if name.isupper()}


def operator_file() -> Path | None:
    """Return the path: $GANETIMGR_SETTINGS, else settings.py beside manage.py."""
    path = os.environ.get("GANETIMGR_SETTINGS")
    if path:
        return Path(path)
    default = defaults.BASE_DIR / "settings.py"
    return default if default.exists() else None


def read(path: Path) -> dict[str, Any]:
    """Run the settings file, with the defaults as its globals; return what it sets."""
    default_values = upper(vars(defaults))
    try:
        names = runpy.run_path(
            str(path), init_globals=default_values, run_name="settings"
        )
    except Exception as exc:
        raise ImproperlyConfigured(
            f"The settings file {path} cannot be read: {describe(exc, path)}"
        ) from exc
    return {
        name: value
        for name, value in upper(names).items()
        if name not in default_values or value is not default_values[name]
    }


def describe(exc: Exception, path: Path) -> str:
    """Return the error and its line number as one line."""
    frames = traceback.extract_tb(exc.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    line = f" (line {lines[-1]})" if lines else ""
    return f"{type(exc).__name__}: {exc}{line}".replace("\n", " ")


def merge(values: dict[str, Any], operator_values: Mapping[str, Any]) -> None:
    """Override values with the operator's; some dictionaries are merged by key."""
    for name, value in operator_values.items():
        levels = PARTIAL.get(name, 0)
        values[name] = merge_dictionaries(values.get(name), value, levels)


def merge_dictionaries(default: Any, value: Any, levels: int) -> Any:
    """Return ``value``, completed from ``default`` to that many levels."""
    if not (levels and isinstance(default, dict) and isinstance(value, dict)):
        return value
    merged = {
        key: merge_dictionaries(default.get(key), item, levels - 1)
        for key, item in value.items()
    }
    return {**default, **merged}


def derive(values: dict[str, Any]) -> None:
    """Derive further settings; wrong values are left to the checks."""
    state.make_private_directories(values)
    if not values["SECRET_KEY"]:
        values["SECRET_KEY"] = secret_key(values["STATE_DIR"])
    if values["DEBUG"] is True:
        # Served from the source files, without hashed names: changes show at once.
        plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        values["STORAGES"] = {**values["STORAGES"], "staticfiles": plain}
    if values["RAPI_TIMEOUT"] is not None:
        values["RAPI_RESPONSE_TIMEOUT"] = values["RAPI_TIMEOUT"]
    if values["IMAGES_URL"] and isinstance(values["IMAGES_URL"], str):
        values["IMAGES_URL"] = [values["IMAGES_URL"]]
    if values["AUTH_LDAP_SERVER_URI"]:
        add_ldap(values)
    values["CONTENT_SECURITY_POLICY"] = policy.with_named_sources(
        values["CONTENT_SECURITY_POLICY"], values
    )
    values["MAIL_DELIVERY_BACKEND"] = values["EMAIL_BACKEND"]
    if rules.importable().fits(values["EMAIL_BACKEND"]):
        values["EMAIL_BACKEND"] = "apps.mails.backend.EmailBackend"
    if isinstance(values["DATABASES"], dict):
        values["DATABASES"] = {
            alias: with_project_options(database)
            for alias, database in values["DATABASES"].items()
        }


def add_ldap(values: dict[str, Any]) -> None:
    """Add LDAP as the last authentication backend, with short timeouts."""
    values["AUTHENTICATION_BACKENDS"] = [
        *values["AUTHENTICATION_BACKENDS"],
        "apps.accounts.ldap_backend.LDAPBackend",
    ]
    options = values["AUTH_LDAP_CONNECTION_OPTIONS"]
    if isinstance(options, dict):
        values["AUTH_LDAP_CONNECTION_OPTIONS"] = {**LDAP_OPTIONS, **options}


def with_project_options(database: Any) -> Any:
    """Return the database with the project's options below the operator's."""
    if not isinstance(database, dict):
        return database
    engine = str(database.get("ENGINE", ""))
    if engine.endswith("sqlite3"):
        options = SQLITE_OPTIONS
    elif engine.endswith("mysql"):
        options = MYSQL_OPTIONS
    else:
        options = {}
    return {**database, "OPTIONS": {**options, **database.get("OPTIONS", {})}}


def secret_key(directory: Path) -> str:
    """Return the generated key; generate it on the first run."""
    path = Path(directory) / "secret-key"
    try:
        if not path.exists():
            make_secret_key(path)
        return path.read_text(encoding="ascii").strip()
    except OSError as exc:
        raise ImproperlyConfigured(
            f"SECRET_KEY is not set, and none can be kept in {path}: {exc.strerror}"
        ) from exc


def make_secret_key(path: Path) -> None:
    """Generate the key file atomically: web and watcher may start together."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    try:
        draft.write_text(secrets.token_urlsafe(50) + "\n", encoding="ascii")
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()
