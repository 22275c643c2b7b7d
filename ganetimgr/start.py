"""How every process of the project starts: with right settings or not at all."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import django
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from ganetimgr import error_tracking
from ganetimgr.settings.checks import complaints, current

# gunicorn's own code for "this will not get better by trying again".
EXIT_CODE = 3


def setup() -> None:
    """Set Django up, or end the process with a line for each wrong setting."""
    # What web processes and watchers write is nobody else's to read.
    os.umask(0o077)
    stop_on_wrong_settings()
    found: list[checks.CheckMessage] = []
    try:
        django.setup()
        found = checks.run_checks()
    except ImproperlyConfigured as exc:
        stop([str(exc)])
    stop(one_line(message) for message in found if message.is_serious())
    error_tracking.start()


def stop_on_wrong_settings() -> None:
    """Read the settings before Django does, which would trip over the first one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ganetimgr.settings")
    try:
        stop(complaints(current()))
    except ImproperlyConfigured as exc:
        stop([str(exc)])


def stop_without_static_files() -> None:
    """Say so before the first page does, which would be an error page."""
    storage = settings.STORAGES["staticfiles"]["BACKEND"]
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if "Manifest" in storage and not manifest.exists():
        stop([f"{manifest} is missing: run 'manage.py collectstatic' once."])


def one_line(message: checks.CheckMessage) -> str:
    parts = (str(message.msg), str(message.hint or ""))
    return " ".join(" ".join(parts).split())


def stop(lines: Iterable[str]) -> None:
    """End the process if there is anything to say."""
    said = False
    for line in lines:
        said = True
        sys.stderr.write(f"ganetimgr: {line}\n")
    if said:
        raise SystemExit(EXIT_CODE)
