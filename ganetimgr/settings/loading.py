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

# One writer at a time: a transaction that will write says so at its start
# ("immediate") and waits its turn, instead of failing half way.
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
# Nothing holds a row for long: who waits for one is told so, instead of after 50 s.
MYSQL_OPTIONS: dict[str, Any] = {
    "charset": "utf8mb4",
    "connect_timeout": 5,
    "isolation_level": "read committed",
    "init_command": "SET sql_mode='STRICT_TRANS_TABLES', innodb_lock_wait_timeout=10",
}


def load() -> dict[str, Any]:
    """Give every setting its value; raise ImproperlyConfigured in one line."""
    values = {**upper(vars(wiring)), **upper(vars(defaults))}
    path = operator_file()
    given = read(path) if path is not None else {}
    if FIXED & given.keys():
        raise ImproperlyConfigured(
            "STATE_DIR and BASE_DIR are not for the settings file: "
            "$GANETIMGR_STATE names the state directory."
        )
    merge(values, given)
    values["OPERATOR_NAMES"] = frozenset(given)
    derive(values)
    return values


def upper(names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in names.items() if name.isupper()}


def operator_file() -> Path | None:
    """Find the file: $GANETIMGR_SETTINGS, else settings.py beside manage.py."""
    named = os.environ.get("GANETIMGR_SETTINGS")
    if named:
        return Path(named)
    beside = defaults.BASE_DIR / "settings.py"
    return beside if beside.exists() else None


def read(path: Path) -> dict[str, Any]:
    """Run the settings file; it finds the defaults under their own names."""
    offered = upper(vars(defaults))
    try:
        names = runpy.run_path(str(path), init_globals=offered, run_name="settings")
    except Exception as exc:
        raise ImproperlyConfigured(
            f"The settings file {path} cannot be read: {describe(exc, path)}"
        ) from exc
    return {
        name: value
        for name, value in upper(names).items()
        if name not in offered or value is not offered[name]
    }


def describe(exc: Exception, path: Path) -> str:
    """Say what went wrong and in which line, in one line."""
    frames = traceback.extract_tb(exc.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    where = f" (line {lines[-1]})" if lines else ""
    return f"{type(exc).__name__}: {exc}{where}".replace("\n", " ")


def merge(values: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Take what the operator says; some dictionaries only key by key."""
    for name, value in given.items():
        levels = PARTIAL.get(name, 0)
        values[name] = merge_dictionaries(values.get(name), value, levels)


def merge_dictionaries(whole: Any, given: Any, levels: int) -> Any:
    """Return ``given``, with what it leaves out of that many levels of ``whole``."""
    if not (levels and isinstance(whole, dict) and isinstance(given, dict)):
        return given
    merged = {
        key: merge_dictionaries(whole.get(key), value, levels - 1)
        for key, value in given.items()
    }
    return {**whole, **merged}


def derive(values: dict[str, Any]) -> None:
    """Fill in what follows from the settings; wrong ones are left to the checks."""
    state.make_private_directories(values)
    if not values["SECRET_KEY"]:
        values["SECRET_KEY"] = secret_key(values["STATE_DIR"])
    if values["DEBUG"] is True:
        # Read where they lie, under their own names: a change is seen at once.
        plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        values["STORAGES"] = {**values["STORAGES"], "staticfiles": plain}
    if values["RAPI_TIMEOUT"] is not None:
        values["RAPI_RESPONSE_TIMEOUT"] = values["RAPI_TIMEOUT"]
    if values["IMAGES_URL"] and isinstance(values["IMAGES_URL"], str):
        values["IMAGES_URL"] = [values["IMAGES_URL"]]
    if values["AUTH_LDAP_SERVER_URI"]:
        with_directory(values)
    values["CONTENT_SECURITY_POLICY"] = policy.with_what_is_named(
        values["CONTENT_SECURITY_POLICY"], values
    )
    values["MAIL_DELIVERY_BACKEND"] = values["EMAIL_BACKEND"]
    if rules.importable().fits(values["EMAIL_BACKEND"]):
        values["EMAIL_BACKEND"] = "apps.mails.backend.EmailBackend"
    if isinstance(values["DATABASES"], dict):
        values["DATABASES"] = {
            alias: with_options(database)
            for alias, database in values["DATABASES"].items()
        }


def with_directory(values: dict[str, Any]) -> None:
    """Ask the directory too, after the accounts made here, and not for long."""
    values["AUTHENTICATION_BACKENDS"] = [
        *values["AUTHENTICATION_BACKENDS"],
        "apps.accounts.ldap_backend.LDAPBackend",
    ]
    given = values["AUTH_LDAP_CONNECTION_OPTIONS"]
    if isinstance(given, dict):
        values["AUTH_LDAP_CONNECTION_OPTIONS"] = {**LDAP_OPTIONS, **given}


def with_options(database: Any) -> Any:
    """Add the options this project needs to those the operator gave."""
    if not isinstance(database, dict):
        return database
    engine = str(database.get("ENGINE", ""))
    if engine.endswith("sqlite3"):
        ours = SQLITE_OPTIONS
    elif engine.endswith("mysql"):
        ours = MYSQL_OPTIONS
    else:
        ours = {}
    return {**database, "OPTIONS": {**ours, **database.get("OPTIONS", {})}}


def secret_key(directory: Path) -> str:
    """Read the key that the first run made, or make it."""
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
    """Write a whole key at once: web and watcher may start at the same time."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    try:
        draft.write_text(secrets.token_urlsafe(50) + "\n", encoding="ascii")
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()
