"""Directories that hold the embedded database and cache: private to our user."""

import os
import pwd
import shlex
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_private_directories(values: Mapping[str, Any]) -> None:
    """Make the directories that these settings write to; refuse those open to others.

    Whoever reads the database has every session; whoever writes to the cache decides
    what pages show.
    """
    state = Path(values["STATE_DIR"])
    paths = {path.absolute() for path in written_directories(values)}
    # What is below the state directory is as private as that is.
    for path in sorted({state if state in path.parents else path for path in paths}):
        make_private(path)


def written_directories(values: Mapping[str, Any]) -> Iterator[Path]:
    """List the places of the secret key, SQLite databases and file caches."""
    if not values["SECRET_KEY"]:
        yield Path(values["STATE_DIR"])
    for database in entries(values["DATABASES"]):
        name = str(database.get("NAME") or "")
        is_file = bool(name) and not name.startswith((":memory:", "file:"))
        if is_file and str(database.get("ENGINE")).endswith("sqlite3"):
            yield Path(name).parent
    for cache in entries(values["CACHES"]):
        location = cache.get("LOCATION")
        if location and str(cache.get("BACKEND")).endswith("FileBasedCache"):
            yield Path(str(location))


def entries(setting: object) -> list[Mapping[str, Any]]:
    """Return what is set for each alias; wrong types are left to the checks."""
    aliases = setting.values() if isinstance(setting, Mapping) else []
    return [entry for entry in aliases if isinstance(entry, Mapping)]


def make_private(path: Path) -> None:
    """Make the directory if it is missing; only we may own and enter it."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = path.stat()
    except OSError as exc:
        raise ImproperlyConfigured(
            f"The state directory {path} cannot be made: {exc.strerror}"
        ) from exc
    if status.st_uid != os.geteuid():
        owner, user = user_name(status.st_uid), user_name(os.geteuid())
        raise ImproperlyConfigured(
            f"The state directory {path} belongs to {owner}, and this runs as {user}. "
            f"Run it as {owner}, or first: chown -R {user} {shlex.quote(str(path))}"
        )
    mode = stat.S_IMODE(status.st_mode)
    if mode & OTHERS:
        raise ImproperlyConfigured(
            f"The state directory {path} is open to other users (mode {mode:04o}). "
            f"Close it with: chmod 700 {shlex.quote(str(path))}"
        )


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
